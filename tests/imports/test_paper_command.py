"""`manage.py import_roster --kind done` and `--kind letters`."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from records.desk.models import RecordVersion
from records.models.records import GrowthLetter, HomeVisit
from tests.cases.books import book
from tests.cast import SchoolCast
from tests.imports.paper import DONE

pytestmark = pytest.mark.django_db


def run(cast: SchoolCast, folder: Path, kind: str, *rows: tuple[str, ...]) -> dict[str, object]:
    file = folder / "补录.xlsx"
    file.write_bytes(book(*rows))
    out = StringIO()
    call_command("import_roster", str(file), "--school", cast.school.code, "--kind", kind, "--json", stdout=out)
    report: dict[str, object] = json.loads(out.getvalue())
    return report


def test_both_workbooks_come_in_by_command_and_the_mentor_is_the_author(qingzhu: SchoolCast, tmp_path: Path) -> None:
    done = run(qingzhu, tmp_path, "done", DONE, ("一（1）班", "安可儿", "", "", "2026-09-12", "", ""))
    head = ("班级", "姓名", "学期", "寄语")
    letters = run(qingzhu, tmp_path, "letters", head, ("一（1）班", "安可儿", "第一学期", "谢谢你替大家开窗。"))
    assert [(report["created"], report["errors"], report["written"]) for report in (done, letters)] == [
        (1, [], True)
    ] * 2
    assert HomeVisit.objects.get().created_by == GrowthLetter.objects.get().created_by == qingzhu.mentor
    versions = RecordVersion.objects.order_by("pk")
    assert [(version.act, version.changed_by) for version in versions] == [("paper", None)] * 2
