"""`manage.py import_roster`, as scripts use it."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from students.models import Pupil
from tests.cases.books import places
from tests.imports.conftest import ROSTERS, STUDENT_HEADER, Desk, book, pupil


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("import_roster", *arguments, stdout=out)
    except SystemExit as stop:
        return int(str(stop.code)), out.getvalue()
    return 0, out.getvalue()


def run_json(*arguments: str) -> tuple[int, dict[str, Any]]:
    code, text = run(*arguments, "--json")
    return code, json.loads(text)


def test_a_clean_file_ends_with_zero_and_one_json_object(desk: Desk) -> None:
    code, report = run_json(str(ROSTERS / "students.xlsx"), "--school", "qz", "--kind", "students", "--create-classes")
    assert code == 0
    assert report == {
        "rows": 891,
        "created": 891,
        "updated": 0,
        "unchanged": 0,
        "errors": [],
        "warnings": [],
        "choices": [],
        "written": True,
    }


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    path = str(ROSTERS / "students.xlsx")
    code, report = run_json(path, "--school", "qz", "--kind", "students", "--create-classes", "--dry-run")
    assert (code, report["created"], report["written"], Pupil.objects.count()) == (0, 891, False, 0)


def test_a_refused_file_ends_with_one_and_says_where(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    path.write_bytes(book(STUDENT_HEADER, pupil(1, "甲")))
    code, report = run_json(str(path), "--school", "qz", "--kind", "students")
    assert code == 1
    assert report == {
        "rows": 1,
        "created": 0,
        "updated": 0,
        "unchanged": 0,
        "errors": [
            {
                "code": "class_unknown",
                "sheet": "名册",
                "row": 2,
                "column": "班级",
                "value": "一<1>",
                "message": "本学年没有一（1）班。请检查写法，或选择“新建缺少的班级”。",
            }
        ],
        "warnings": [],
        "choices": [],
        "written": False,
    }


@pytest.mark.parametrize(
    "content,code", [(b"\x89PNG\r\n\x1a\n", "picture"), (b"", "empty_file"), (b"PK\x03\x04", "damaged")]
)
def test_what_is_no_workbook_is_an_error_of_the_report(desk: Desk, tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "名册.xlsx"
    path.write_bytes(content)
    exit_code, report = run_json(str(path), "--school", "qz", "--kind", "students")
    (error,) = report["errors"]
    assert (exit_code, error["code"], error["row"], report["written"]) == (1, code, None, False)


@pytest.mark.parametrize("school,file,code", [("nowhere", "students.xlsx", "no_school"), ("qz", "no.xlsx", "no_file")])
def test_a_wrong_school_or_path_is_told_in_the_same_shape(desk: Desk, school: str, file: str, code: str) -> None:
    exit_code, report = run_json(str(ROSTERS / file), "--school", school, "--kind", "students")
    assert (exit_code, [error["code"] for error in report["errors"]]) == (1, [code])


def test_without_json_it_speaks_plainly(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "名册.xlsx"
    path.write_bytes(book(STUDENT_HEADER, pupil(1, "甲"), pupil(2, "乙", gender="？")))
    code, text = run(str(path), "--school", "qz", "--kind", "students", "--create-classes")
    assert code == 1
    assert text.splitlines() == [
        "[错误] 名册 第 3 行 性别：性别请填“男”或“女”。（？）",
        "共 2 行：新增 1，变动 0，未变 0，名册中没有的 0。有错误，没有写入。",
    ]


def test_a_question_is_answered_by_its_key_or_by_all(desk: Desk, tmp_path: Path) -> None:
    """A change of class waits for a yes; scripts had no way to say it."""
    path = tmp_path / "名册.xlsx"
    command = (str(path), "--school", "qz", "--kind", "students", "--create-classes")
    path.write_bytes(book(STUDENT_HEADER, pupil(1, "甲"), pupil(2, "乙"), pupil(3, "丙", "一<2>")))
    run(*command)
    path.write_bytes(book(STUDENT_HEADER, pupil(1, "甲", "一<2>"), pupil(2, "乙", "一<2>"), pupil(3, "丙", "一<2>")))
    code, report = run_json(*command)
    keys = [choice["key"] for choice in report["choices"]]
    assert (code, [(c["label"], c["question"]) for c in report["choices"]], places()) == (
        0,
        [("甲：一（1）班转到一（2）班", "转班"), ("乙：一（1）班转到一（2）班", "转班")],
        [("甲", "一（1）班"), ("乙", "一（1）班"), ("丙", "一（2）班")],
    )
    run(*command, "--accept", keys[1], "--accept", "move:0")
    assert places() == [("甲", "一（1）班"), ("丙", "一（2）班"), ("乙", "一（2）班")]
    code, text = run(*command, "--accept", "all")
    assert f"[转班] 甲：一（1）班转到一（2）班（--accept {keys[0]}，或在导入页面打勾）" in text.splitlines()
    assert places() == [("丙", "一（2）班"), ("乙", "一（2）班"), ("甲", "一（2）班")]
