"""Commands that scripts rely on say in a sentence what is wrong."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from core.clock import today
from schools.models import Plan, School, Term
from tests.cast import SchoolCast

ROOT = Path(__file__).resolve().parents[2]
NEW = {"code": "bailu", "name": "白鹭小学", "preset": "primary_termly", "year": 2026}


@pytest.mark.django_db
def test_a_school_comes_with_year_terms_plan_and_bureau() -> None:
    out = StringIO()
    call_command("create_school", **NEW, bureau="江城市教育局", stdout=out)
    school = School.objects.get()
    assert (out.getvalue().strip(), school.bureau.name if school.bureau else "") == (
        "白鹭小学（bailu） 2026学年",
        "江城市教育局",
    )
    assert (Term.objects.count(), Plan.objects.get().cap) == (2, 15)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes,sentence",
    [
        ({"code": "BAILU"}, "学校代码“bailu”已经有了，请换一个。"),
        ({"code": "a b/"}, "学校代码只用小写字母、数字和连字符，最多 30 个，如 qingzhu。"),
        ({"code": "x", "name": "  "}, "请写校名。"),
        ({"code": "x", "name": "鹭" * 61}, "校名：确保该变量包含不超过 60 字符 (目前字符数 61)。"),
        ({"code": "x", "bureau": "鹭" * 61}, "名称：确保该变量包含不超过 60 字符 (目前字符数 61)。"),
        ({"code": "x", "year": 20260}, "现在不能建立20260学年，只能建立{first}到{last}年开始的学年。"),
        ({"code": "x", "year": 2062}, "现在不能建立2062学年，只能建立{first}到{last}年开始的学年。"),
    ],
)
def test_unfit_schools_are_refused(changes: dict[str, object], sentence: str) -> None:
    """2062 in place of 2026 was taken: the school's present year began in 36 years, and no date could be typed."""
    call_command("create_school", **NEW, stdout=StringIO())
    with pytest.raises(CommandError) as refused:
        call_command("create_school", **(NEW | changes), stdout=StringIO())
    year = today().year
    assert str(refused.value) == sentence.format(first=year - 10, last=year + 1)
    assert School.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes,sentence",
    [
        ({"username": " "}, "账号：此字段不能为空。"),
        ({"name": ""}, "姓名：此字段不能为空。"),
        ({"username": "a" * 61}, "账号：确保该变量包含不超过 60 字符 (目前字符数 61)。"),
        ({"email": "qingzhu"}, "邮箱：输入一个有效的 Email 地址。"),
    ],
)
def test_unfit_accounts_are_refused(qingzhu: SchoolCast, changes: dict[str, str], sentence: str) -> None:
    """An empty name, typed by a script whose variable was empty, ended in a traceback of the database."""
    accounts = User.objects.count()
    with pytest.raises(CommandError) as refused:
        call_command("create_account", **({"username": "lin", "name": "林知远", "school": "qingzhu"} | changes))
    assert (str(refused.value), User.objects.count()) == (sentence, accounts)


def test_rebuild_ticks_knows_its_schools(qingzhu: SchoolCast) -> None:
    with pytest.raises(CommandError, match="没有代码为“nope”的学校"):
        call_command("rebuild_ticks", school="nope", stdout=StringIO())


def manage(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own, against a database that does not exist yet."""
    environment = {k: v for k, v in os.environ.items() if k not in {"DJANGO_SETTINGS_MODULE", "REDIS_URL"}}
    environment |= {"VAR_DIR": str(folder / "var"), "DATABASE_URL": f"sqlite:///{folder}/new/place/db.sqlite3"}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_fresh_path_is_made_into_a_database_by_the_first_school(tmp_path: Path) -> None:
    early = manage(tmp_path, "remind", "--on", "2026-11-16", "--dry-run")
    assert (early.returncode, early.stderr.strip()) == (
        1,
        "CommandError: 数据库还没有建好或需要升级，请先运行 manage.py migrate。",
    )
    words = ["--code", "bailu", "--name", "白鹭小学", "--preset", "primary_termly", "--year", "2026"]
    made = manage(tmp_path, "create_school", *words)
    assert (made.returncode, made.stdout.strip(), made.stderr) == (0, "白鹭小学（bailu） 2026学年", "")
    wrong_day = manage(tmp_path, "remind", "--on", "2026-02-30")
    assert (wrong_day.returncode, "日期“2026-02-30”不对，请写成 2026-09-03 这样。" in wrong_day.stderr) == (2, True)
