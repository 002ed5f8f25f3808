"""What a pupils' roster leaves open: who is not there, whose name changed, whose guardians; by command and page."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from core.importplan import ChangeKind
from jobs.models import ImportBatch
from students.imports.status import status_in_remark, status_of
from students.models import Guardian, Pupil
from tests.cases.books import STUDENTS, book, errors, infos, messages, names, places, read, sheets, warnings
from tests.imports.conftest import STUDENT_HEADER, Desk, pupil

STATUS = ("姓名", "班级", "学籍状态")
ROWS = (("甲一", "一<1>", "在读"), ("乙一", "一<1>", "转出"), ("丙一", "一<1>", "休学"), ("丁一", "一<1>", "休学"))


def upload(client: Client, data: bytes) -> ImportBatch:
    client.post(reverse("imports:upload"), {"kind": "students", "file": SimpleUploadedFile("名册.xlsx", data)})
    return ImportBatch.objects.latest("pk")


def page(client: Client, batch: ImportBatch) -> str:
    return client.get(reverse("imports:detail", args=[batch.pk])).content.decode()


@pytest.mark.parametrize(
    "text,heading,status,understood",
    [
        ("在读", "学籍状态", "", True),
        ("正常", "学籍状态", "", True),
        ("在籍在校", "学籍状态", "", True),
        ("休学", "学籍状态", "休学", True),
        ("已转出", "学籍状态", "已转出", True),
        ("转学转入", "学籍状态", "", True),
        ("休学后复学", "学籍状态", "", True),
        ("在籍不在校", "学籍状态", "在籍不在校", True),
        ("借出", "学籍状态", "借出", True),
        ("空挂学籍", "学籍状态", "空挂学籍", True),
        ("否", "是否在校", "不在校", True),
        ("是", "是否在校", "", True),
        ("甲类", "学籍状态", "", False),
    ],
)
def test_a_status_says_whether_a_pupil_is_there(text: str, heading: str, status: str, understood: bool) -> None:
    assert status_of(text, heading) == (status, understood)


@pytest.mark.parametrize(
    "remark,status", [("已转出", "已转出"), ("休学", "休学"), ("休学期间请勿打扰", ""), ("转入", "")]
)
def test_a_remark_is_a_status_only_if_it_says_nothing_else(remark: str, status: str) -> None:
    assert status_in_remark(remark) == status


def test_pupils_who_are_not_there_come_in_only_after_a_yes(desk: Desk) -> None:
    """转出, 休学, 离校, 毕业 came in as present."""
    report = read(desk, book(STATUS, *ROWS))
    assert warnings(report) == [
        ("pupil_absent", 3, "学籍状态", "乙一"),
        ("pupil_absent", 4, "学籍状态", "丙一"),
        ("pupil_absent", 5, "学籍状态", "丁一"),
    ]
    assert [choice.as_dict() for choice in report.choices] == [
        {"key": "status:转出", "label": "1 名学生标着“转出”，仍然导入？（乙一）", "question": "不在校的学生"},
        {"key": "status:休学", "label": "2 名学生标着“休学”，仍然导入？（丙一、丁一）", "question": "不在校的学生"},
    ]
    assert (names(), report.count(ChangeKind.NEW)) == (["甲一"], 1)
    report = desk.run(book(STATUS, *ROWS), STUDENTS, accepted=["status:休学"])
    assert (names(), report.count(ChangeKind.NEW)) == (["甲一", "丙一", "丁一"], 2)


def test_a_pupil_who_is_stored_is_not_ended_by_a_status(desk: Desk) -> None:
    desk.students(pupil(1, "甲一"), pupil(2, "乙一"))
    header = ("学籍号", "姓名", "班级", "学生状态", "备注")
    rows = ((f"G{1:018d}", "甲一", "一<1>", "", ""), (f"G{2:018d}", "乙一", "一<1>", "毕业", "新"))
    report = read(desk, book(header, *rows))
    assert messages(report) == ["标着“毕业”，系统里还在读，没有改动。已经离校的，请在学生的页面上办理。"]
    assert (len(places()), set(Pupil.objects.values_list("remark", flat=True))) == (2, {""})
    assert report.count(ChangeKind.GONE) == 0


def test_the_page_asks_about_those_who_are_not_there(desk: Desk, admin_client: Client) -> None:
    desk.students(("", "己一", "", "一<1>", "", "", "", ""))
    batch = upload(admin_client, book(STATUS, *ROWS))
    text = page(admin_client, batch)
    assert ("不在校的学生" in text, "2 名学生标着“休学”，仍然导入？（丙一、丁一）" in text) == (True, True)
    admin_client.post(reverse("imports:confirm", args=[batch.pk]), {"accepted": ["status:休学"]})
    assert names() == ["己一", "甲一", "丙一", "丁一"]
    admin_client.post(reverse("imports:undo", args=[batch.pk]), {"agreed": "on"})
    assert names() == ["己一"]


def test_a_name_changes_only_after_a_yes_and_nothing_else_of_its_row(desk: Desk) -> None:
    desk.students(pupil(1, "甲一"), pupil(2, "乙一"))
    rows = (pupil(1, "甲二", phone="13900000001"), pupil(2, "乙一", remark="新"))
    report = desk.students(*rows)
    assert warnings(report) == [("name_changed", 2, "姓名", "甲二")]
    assert (names(), report.count(ChangeKind.CHANGED)) == (["甲一", "乙一"], 1)
    assert not Guardian.objects.filter(phone="13900000001").exists()
    (choice,) = report.choices
    assert choice.label == "甲一 → 甲二"
    assert desk.students(*rows, accepted=[choice.key]).count(ChangeKind.CHANGED) == 1
    assert (names(), Guardian.objects.filter(phone="13900000001").count()) == (["甲二", "乙一"], 1)


MANY = [pupil(n, f"学生{name}") for n, name in enumerate("甲乙丙丁戊己庚辛", start=1)]
SORTED = [(old[0], new[1], *old[2:]) for old, new in zip(MANY, MANY[1:] + MANY[:1], strict=True)]


def test_names_sorted_in_one_column_only_never_replace_all_names(desk: Desk) -> None:
    """All names were overwritten, exit 0."""
    desk.students(*MANY)
    report = desk.students(*SORTED)
    assert {code for code, *_ in errors(report)} == {"names_changed_many"}
    assert (names(), report.written) == ([row[1] for row in MANY], False)
    assert desk.students(*SORTED, dry=True).log.has_errors
    assert desk.students(*SORTED, accepted=["all"]).written
    assert names() == [row[1] for row in SORTED]


def test_the_page_asks_about_each_new_name(desk: Desk, admin_client: Client) -> None:
    desk.students(*MANY)
    batch = upload(admin_client, book(STUDENT_HEADER, *SORTED))
    text = page(admin_client, batch)
    assert ("改名" in text, "学生甲 → 学生乙" in text) == (True, True)
    admin_client.post(reverse("imports:confirm", args=[batch.pk]))
    assert names() == [row[1] for row in MANY]


def test_phones_sorted_in_one_column_only_never_go_to_other_families(desk: Desk) -> None:
    desk.students(*MANY)
    rows = [(*old[:6], new[6], old[7]) for old, new in zip(MANY, MANY[1:] + MANY[:1], strict=True)]
    report = desk.students(*rows)
    assert [code for code, *_ in errors(report)] == ["guardians_swapped"]
    assert desk.students(*rows, accepted=["guardians:all"]).written
    assert list(Guardian.objects.order_by("pk").values_list("phone", flat=True)) == [row[6] for row in rows]


def test_new_phones_of_many_families_are_no_swap(desk: Desk) -> None:
    desk.students(*MANY)
    report = desk.students(*((*row[:6], f"1390000000{n}", row[7]) for n, row in enumerate(MANY)))
    assert (report.written, report.count(ChangeKind.CHANGED), warnings(report)) == (True, 8, [])


def test_the_page_asks_about_guardians_who_changed_places(desk: Desk, admin_client: Client) -> None:
    desk.students(*MANY)
    rows = [(*old[:6], new[6], old[7]) for old, new in zip(MANY, MANY[1:] + MANY[:1], strict=True)]
    batch = upload(admin_client, book(STUDENT_HEADER, *rows))
    assert "8 名学生的家长全部改？" in page(admin_client, batch)
    admin_client.post(reverse("imports:confirm", args=[batch.pk]))
    assert list(Guardian.objects.order_by("pk").values_list("phone", flat=True)) == [row[6] for row in MANY]


def test_one_name_with_another_number_is_told_as_a_possible_double(desk: Desk) -> None:
    desk.students(pupil(1, "甲一"))
    assert warnings(desk.students(pupil(2, "甲一"))) == [("maybe_double", 2, "学籍号", "G000***002")]


def test_one_name_in_another_class_without_number_is_told_as_a_possible_double(desk: Desk) -> None:
    """A child stored without a number became two when the next roster had one, and another class."""
    desk.students(pupil(0, "甲一"))
    report = desk.students(pupil(2, "甲一", "一<2>"))
    assert warnings(report) == [("maybe_double", 2, "学籍号", "G000***002")]
    assert messages(report) == [
        (
            "同名：一（1）班已有一名甲一，没有写学籍号，名册里又没有那一名，这里按另一名学生导入。"
            "如果是同一人，请先在“学生”里给那一名填上这个学籍号。"
        )
    ]


def test_two_of_one_name_who_both_stand_in_the_file_are_no_double(desk: Desk) -> None:
    desk.students(pupil(0, "甲一"))
    assert warnings(desk.students(pupil(0, "甲一"), pupil(2, "甲一", "一<2>"))) == []


def test_a_sheet_that_repeats_another_makes_nobody_two(desk: Desk) -> None:
    """A workbook with 全校 and one sheet for each class was refused, each pupil being two."""
    data = sheets(
        {
            "全校": [("姓名", "班级"), ("甲一", "一<1>"), ("乙一", "一<2>"), ("丙一", "一<2>")],
            "一（1）班": [("姓名", "性别", "家长电话"), ("甲一", "男", "13900000001")],
            "一（2）班": [("姓名", "性别"), ("乙一", "女"), ("丙一", "女"), ("甲一", "女")],
        }
    )
    told = [(f.code, f.sheet, f.value) for f in read(desk, data).log.findings if f.level == "warning"]
    assert told == [
        ("sheet_repeated", "一（1）班", ""),
        ("sheet_repeated", "一（2）班", ""),
        ("maybe_double", "一（2）班", "甲一"),
    ]
    assert places() == [("甲一", "一（1）班"), ("乙一", "一（2）班"), ("丙一", "一（2）班"), ("甲一", "一（2）班")]
    assert list(Guardian.objects.values_list("pupil__name", "phone")) == [("甲一", "13900000001")]


def test_one_name_twice_that_contradicts_itself_is_refused(desk: Desk) -> None:
    header = ("姓名", "班级", "性别")
    report = read(desk, sheets({"男生": [header, ("甲一", "一<1>", "男")], "女生": [header, ("甲一", "一<1>", "女")]}))
    assert [(code, row) for code, row, *_ in errors(report)] == [("name_ambiguous", 2), ("name_ambiguous", 2)]


@pytest.mark.parametrize(
    "line",
    [
        "共 1 人",
        "班主任：李老师",
        "2026年9月",
        "2026-09-01",
        "联系电话：02159120000",
        "（盖章）",
        "以下空白",
        "填表人：李",
    ],
)
def test_a_line_at_the_foot_is_no_pupil(desk: Desk, line: str) -> None:
    report = read(desk, book(("姓名", "班级"), ("甲一", "一<1>"), (line,)))
    assert (infos(report), names()) == ([("row_skipped", 3, "", line)], ["甲一"])


def test_a_day_in_the_first_column_is_no_foot(desk: Desk) -> None:
    read(desk, book(("转入日期", "姓名", "班级"), ("2026-09-01", "甲一", "一<1>")))
    assert names() == ["甲一"]
