"""Workbooks that failed in use (`found/`, invented people), and what has to come out of each.

Where a line allows two ways (`asked` beside what is stored), whoever mends it strikes out the one not taken. A line
that `waits` fails as yet, and names the kind of its fault; the word goes with the mend.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from core.importlog import Finding
from jobs.enums import ImportKind
from jobs.previews import ImportReport
from mentors.models.slots import Assignment
from students.models import Enrolment
from tests.cases.books import MENTORS, STUDENTS, TEACHERS
from tests.imports.conftest import Desk

FOLDER = Path(__file__).parent / "found"
FIRST = "一（1）班"
LOUD = ("warning", "error")
ANY = ("info", *LOUD)

# Class, 学籍号, and each guardian as name, relation and phone.
Stored = tuple[str | tuple[str, str, str], ...]
# Levels, code (empty: any), row, column (empty: any), words of the message.
Said = tuple[tuple[str, ...], str, int | None, str, str]


@dataclass(frozen=True)
class Found:
    """A workbook and what has to come out: nothing but `pupils` and `mentors`, and each of `said` told.

    `asked`: the file may be refused instead, by an error with these words. `silent`: what no finding may show.
    """

    file: str
    kind: ImportKind = STUDENTS
    pupils: Mapping[str, Stored] | None = None
    mentors: Mapping[str, str] | None = None
    said: tuple[Said, ...] = ()
    asked: str = ""
    silent: str = ""
    waits: str = ""


def phone(number: str) -> tuple[str, str, str]:
    """A guardian of whom only the phone is known."""
    return ("", "", number)


def family(surname: str, last: int) -> Stored:
    """A child of the national export with both members of the family."""
    father, mother = f"1380000000{last}", f"1370000000{last}"
    number = f"G11010120190101000{last}"
    return (FIRST, number, (f"{surname}先生", "父亲", father), (f"{surname}女士", "母亲", mother))


NATIONAL = {"周一鸣": family("周", 1), "吴语桐": family("吴", 2), "郑子涵": family("郑", 3), "王若溪": family("王", 4)}
FIVE = ("张予佑", "叶泽恒", "许清", "任子然", "范依晨")
TEN = dict.fromkeys(FIVE, "徐依若") | dict.fromkeys(("林乐", "谭可馨", "贺一诺", "袁慕怡", "彭若佑"), "史娜")
COUPLE = (FIRST, "", ("周大海", "父亲", "13900000001"), ("李小小", "母亲", "13900000002"))
MOBILES = dict.fromkeys("甲丙丁戊己庚辛壬癸子", (FIRST, "", phone("13900000001")))
PHONES = MOBILES | {"乙": (FIRST, "", phone("139OOOOOOO1")), "丑": (FIRST, "", phone("1390000000l"))}

FOUND = (
    Found(
        "01-margin-merged-mentors.xlsx",
        MENTORS,
        mentors=TEN,
        said=(
            (("info",), "merged_filled", 2, "班级", ""),
            (("info",), "merged_filled", 2, "导师", ""),
            (("info",), "merged_filled", 7, "导师", ""),
        ),
    ),
    Found(
        "02-margin-merged-group-phone.xlsx",
        pupils={
            "周一鸣": (FIRST, "", phone("13900000001")),
            "吴语桐": (FIRST, ""),
            "郑子涵": (FIRST, ""),
            "王若溪": (FIRST, "", phone("13900000004")),
        },
        silent="家长电话",
    ),
    Found(
        "03-margin-merged-class.xlsx",
        pupils={
            "周一鸣": (FIRST, "", phone("13900000001")),
            "吴语桐": (FIRST, "", phone("13900000002")),
            "郑子涵": ("一（2）班", "", phone("13900000003")),
            "王若溪": ("一（2）班", "", phone("13900000004")),
        },
        said=((("info",), "merged_filled", 3, "班级", ""), (("info",), "merged_filled", 5, "班级", "")),
    ),
    Found(
        "04-margin-error-cell.xlsx",
        pupils={},
        said=((("error",), "cell_error", 4, "家长电话", ""),),
        silent="备注",
    ),
    Found(
        "07-margin-hidden-column.xlsx",
        pupils={
            "周一鸣": (FIRST, "", phone("13900000001")),
            "吴语桐": (FIRST, "", phone("13900000002")),
        },
        said=((("warning",), "hidden_column", None, "家长电话", ""),),
        silent="备注",
    ),
    Found(
        "10-mentor-once-blanks-below.xlsx",
        MENTORS,
        mentors={"张予佑": "徐依若", "任子然": "史娜"},
        said=((LOUD, "", 3, "", "3"),),
    ),
    Found(
        "12-pupils-in-one-cell.xlsx",
        MENTORS,
        mentors=TEN,
    ),
    Found(
        "13-mentor-row-pupils-across.xlsx",
        MENTORS,
        mentors=TEN,
    ),
    Found(
        "15-matrix-with-counts.xlsx",
        MENTORS,
        mentors={},
        said=tuple((ANY, "", row, "", str(count)) for row, count in ((2, 15), (3, 15), (4, 14))),
        silent="教师名册里没有",
    ),
    Found(
        "17-mentor-words.xlsx",
        MENTORS,
        mentors=dict.fromkeys(FIVE[:4], "徐依若"),
        said=((ANY, "", 3, "", "老师"), (ANY, "", 4, "", "语文")),
    ),
    Found("18-mentor-none-yet.xlsx", MENTORS, mentors={}, silent="教师名册里没有"),
    Found("20-national-export.xlsx", pupils=NATIONAL),
    Found("21-national-form-stars.xlsx", pupils=NATIONAL, silent=r"\d{15}"),
    Found("23-national-class-names.xlsx", pupils=NATIONAL),
    Found(
        "24-national-status.xlsx",
        pupils={"周一鸣": (FIRST, "")},
        said=tuple((ANY, "", row, "", "") for row in (3, 4, 5)),
        asked="转出",
    ),
    Found(
        "25-class-spellings.xlsx",
        pupils={},
        said=((("error",), "class_unreadable", None, "", ""),),
        silent=r"^(小学2026级1班|一年级第1班|\(一\)\(1\)班|一年級1班|班级[:：]一（1）班|101\.0|一&lt;1&gt;)$",
    ),
    Found(
        "27-matrix-two-mentors-in-a-cell.xlsx",
        MENTORS,
        said=((LOUD, "", 3, "", ""),),
    ),
    Found(
        "30-placeholders.xlsx",
        pupils=dict.fromkeys(("周一鸣", "吴语桐", "郑子涵", "王若溪", "赵小可", "钱多多"), (FIRST, "")),
        silent="核对",
    ),
    Found(
        "31-number-none.xlsx",
        pupils=dict.fromkeys(("周一鸣", "吴语桐", "郑子涵", "王若溪"), (FIRST, "")),
        silent="核对",
    ),
    Found(
        "32-forced-text.csv",
        pupils={
            "周一鸣": (FIRST, "00123", phone("13900000001")),
            "吴语桐": (FIRST, "00124", phone("13900000002")),
        },
    ),
    Found(
        "34-phones.xlsx",
        pupils={f"学生{letter}": stored for letter, stored in PHONES.items()},
        said=(
            (("warning",), "phone_doubtful", 3, "家长电话", ""),
            (ANY, "several_phones", 11, "家长电话", ""),
            (ANY, "several_phones", 12, "家长电话", ""),
            (("warning",), "phone_doubtful", 13, "家长电话", ""),
        ),
    ),
    Found(
        "35-names-with-marks.xlsx",
        said=tuple((("warning",), "", row, "", "") for row in range(2, 10)),
    ),
    Found(
        "40-backslash-zip.xlsx",
        pupils={
            "周一鸣": (FIRST, "00123", phone("13900000001")),
            "吴语桐": (FIRST, "00124", phone("13900000002")),
            "郑子涵": ("一（2）班", "00125", phone("13900000003")),
        },
    ),
    Found("42-utf16-no-bom.csv", pupils={"周一鸣": (FIRST, "")}),
    Found(
        "44-hidden-without-refs.xlsx",
        pupils={
            "周一鸣": (FIRST, "00123", phone("13900000001")),
            "郑子涵": ("一（2）班", "00125", phone("13900000003")),
        },
        said=((("warning",), "hidden_rows", 3, "", "含 1 行隐藏行"),),
    ),
    Found(
        "50-all-plus-each-class.xlsx",
        pupils={"周一鸣": (FIRST, ""), "吴语桐": ("一（2）班", "")},
        said=((ANY, "", None, "", "重复"),),
    ),
    Found("51-class-in-sheet-name.xlsx", pupils={"周一鸣": (FIRST, "")}),
    Found("54-class-headings.xlsx", pupils={"周一鸣": (FIRST, "")}),
    Found(
        "55-foot-lines.xlsx",
        pupils={"周一鸣": (FIRST, "")},
        said=tuple((("info",), "row_skipped", row, "", "") for row in range(3, 8)),
    ),
    Found("60-two-guardians-repeated-heads.xlsx", pupils={"周一鸣": COUPLE}),
    Found(
        "61-guardians-one-cell.xlsx",
        pupils={
            "周一鸣": (FIRST, "", ("周大海", "父亲", "13900000001")),
            "吴语桐": (FIRST, "", ("吴大海", "父亲", "13900000001"), ("李小小", "母亲", "13900000002")),
            "郑子涵": (FIRST, "", ("", "父亲", "13900000001"), ("", "母亲", "13900000002")),
            "王若溪": (FIRST, "", ("", "母亲", "13900000001")),
            "赵小可": (FIRST, "", phone("13900000001"), phone("13900000002")),
            "钱多多": (FIRST, "", ("", "母亲", "13900000001"), ("", "父亲", "13900000002")),
        },
        asked="家长联系方式",
    ),
    Found("63-family-members.xlsx", pupils={"周一鸣": COUPLE}),
    Found(
        "70-teachers-no-number.xlsx",
        TEACHERS,
        said=((ANY, "", None, "", "第一次"),),
    ),
)


def test_every_workbook_of_the_folder_has_a_line() -> None:
    assert [found.file for found in FOUND] == sorted(path.name for path in FOLDER.iterdir())


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(
            found,
            id=found.file,
            marks=[pytest.mark.xfail(strict=True, reason=found.waits)] if found.waits else [],
        )
        for found in FOUND
    ],
)
def test_a_workbook_found_in_use_gives_what_was_put_in(desk: Desk, found: Found) -> None:
    report = imported(desk, found)
    findings = report.log.findings
    if found.asked and not report.written:
        assert any(found.asked in f.message for f in findings if f.level == "error")
    else:
        if found.pupils is not None:
            assert stored_pupils() == found.pupils
        if found.mentors is not None:
            assert stored_mentors() == found.mentors
        assert [said for said in found.said if not any(matches(f, said) for f in findings)] == []
    if found.silent:
        told = [text for f in findings for text in (f.column, f.value, f.message)]
        assert [text for text in told if re.search(found.silent, text)] == []


def imported(desk: Desk, found: Found) -> ImportReport:
    """What importing the file says, into the school that the file wants."""
    if found.kind == MENTORS:
        desk.file("students.xlsx")
        desk.file("teachers.xlsx", TEACHERS)
        if "two-mentors" not in found.file:
            desk.file("mentor-matrix.xlsx", MENTORS)
    return desk.run((FOLDER / found.file).read_bytes(), found.kind, name=found.file)


def matches(finding: Finding, said: Said) -> bool:
    """Whether the finding tells what was wanted."""
    levels, code, row, column, words = said
    return (
        finding.level in levels
        and code in ("", finding.code)
        and row in (None, finding.row)
        and column in ("", finding.column)
        and words in f"{finding.message}{finding.value}"
    )


def stored_pupils() -> dict[str, Stored]:
    """Every pupil who is there, as stored."""
    present = Enrolment.objects.active().select_related("pupil", "school_class__grade")
    return {
        row.pupil.name: (
            row.school_class.label,
            row.pupil.student_number,
            *((g.name, g.relation, g.phone) for g in row.pupil.guardians.order_by("position")),
        )
        for row in present.prefetch_related("pupil__guardians")
    }


def stored_mentors() -> dict[str, str]:
    """Every pupil with a mentor, and the mentor."""
    rows = Assignment.objects.select_related("pupil").prefetch_related("mentor__members__teacher")
    return {row.pupil.name: row.mentor.names for row in rows}
