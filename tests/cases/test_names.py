"""Cases 41 to 47: names and Han characters."""

import io

import openpyxl
import pytest

from core.pinyin import name_pinyin
from core.workbooks import SheetToWrite, write_workbook
from students.models import Pupil
from tests.cases.books import book, errors, messages, names, read, warnings
from tests.imports.conftest import Desk

HEADER = ("姓名", "班级")


@pytest.mark.parametrize("name", ["𠮷一", "𬭎", "王㛃", "䶮一"])
def test_case_41_characters_beyond_the_first_plane_are_kept(desk: Desk, name: str) -> None:
    assert read(desk, book(HEADER, (name, "一<1>"))).log.findings == ()
    assert names() == [name]
    written = write_workbook([SheetToWrite("名册", HEADER, [[name, "一<1>"]])])
    assert openpyxl.load_workbook(io.BytesIO(written)).worksheets[0]["A2"].value == name
    again = read(desk, f"姓名,班级\n{name},一<1>\n".encode("gb18030"), name="名册.csv")
    assert (again.unchanged, again.log.findings) == (1, ())


def test_case_42_a_character_of_an_old_font_is_warned_about(desk: Desk) -> None:
    report = read(desk, book(HEADER, ("王\ue123", "一<1>")))
    assert warnings(report) == [("private_use_character", 2, "姓名", "王\ue123")]
    assert "可能显示为空白。请改用标准字。" in messages(report)[0]


@pytest.mark.parametrize("typed,stored", [("王⼀", "王一"), ("⽥一", "田一"), ("王一㈠", "王一(一)")])
def test_case_43_compatibility_forms_are_folded(desk: Desk, typed: str, stored: str) -> None:
    read(desk, book(HEADER, (typed, "⼀<1>")))
    assert names() == [stored]


@pytest.mark.parametrize("dot", ["·", "•", "・", "‧", ".", "．", " · "])
def test_case_44_every_middle_dot_is_one(desk: Desk, dot: str) -> None:
    read(desk, book(HEADER, (f"迪丽努尔{dot}买买提", "一<1>")))
    assert names() == ["迪丽努尔·买买提"]


def test_case_44_long_minority_names_are_allowed(desk: Desk) -> None:
    name = "·".join(["阿不都热合曼"] * 5)
    assert read(desk, book(HEADER, (name, "一<1>"))).log.findings == ()
    assert (names(), len(name)) == ([name], 34)


def test_case_45_a_variant_is_another_name_and_the_likeness_is_told(desk: Desk) -> None:
    read(desk, book(HEADER, ("黄一", "一<1>")))
    report = read(desk, book(HEADER, ("黃一", "一<1>"), ("黄一", "一<1>")))
    assert warnings(report) == [("name_alike", 2, "姓名", "黃一")]
    assert "与本班的“黄一”写法相近" in messages(report)[0]
    assert sorted(names()) == ["黃一", "黄一"]


@pytest.mark.parametrize("typed", ["王一(转)", "王一（借读）", "王一【Tom】", "王一 （随班就读）"])
def test_case_46_a_remark_behind_a_name_is_split_off_and_shown(desk: Desk, typed: str) -> None:
    report = read(desk, book(HEADER, (typed, "一<1>")))
    assert names() == ["王一"]
    assert [code for code, *_ in warnings(report)] == ["note_split_off"]


@pytest.mark.parametrize("typed", ["王一(1)", "王一(大)", "王一(B)"])
def test_case_46_a_mark_that_tells_two_children_apart_stays(desk: Desk, typed: str) -> None:
    assert read(desk, book(HEADER, (typed, "一<1>"))).log.findings == ()
    assert names() == [typed]


@pytest.mark.parametrize(
    "name,reading",
    [("单一", "shan"), ("曾一", "zeng"), ("仇一", "qiu"), ("解一", "xie"), ("尉迟一", "yuchi"), ("张一", "zhang")],
)
def test_case_47_surnames_are_read_as_surnames(desk: Desk, name: str, reading: str) -> None:
    read(desk, book(HEADER, (name, "一<1>")))
    assert Pupil.objects.get().pinyin == name_pinyin(name).full
    assert Pupil.objects.get().pinyin.startswith(f"{reading}yi")


def test_case_47_pupils_stand_in_the_order_of_their_surnames(desk: Desk) -> None:
    read(desk, book(HEADER, *((name, "一<1>") for name in ("张一", "曾一", "单一", "解一", "仇一"))))
    order = list(Pupil.objects.order_by("pinyin").values_list("name", flat=True))
    assert order == ["仇一", "单一", "解一", "曾一", "张一"]
    assert errors(read(desk, book(HEADER, ("仇一", "一<1>")))) == []
