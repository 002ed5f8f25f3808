"""聘书 read back: one page a teacher, the school's own words, the name never lost, room for the seal."""

from pathlib import Path

import pytest

from mentors.staff.documents.certificate import render_certificates
from schools.contexts import Letterhead
from schools.enums import Design
from tests.documents import builders_small, reading
from tests.documents.builders_small import appointment

LONG_TEXT = (
    "根据《全员导师制工作实施方案》，经学校领导小组研究，决定聘请{姓名}老师担任{学年}{班级}学生成长导师，聘期一学年。\n"
    "望您以立德树人为己任，关心学生的思想、学习、心理和生活，每学期开展家访、谈心谈话和书面反馈，做学生的良师益友。\n"
    "感谢您为孩子们的成长付出的每一份心力，愿您在陪伴中也收获成长的喜悦。学校将为您的工作提供培训与支持，并在学年末致以谢意。\n"
)


def test_a_certificate_is_sound_and_spoken_as_it_is_read_out(tmp_path: Path) -> None:
    pdf = render_certificates([appointment()])
    reading.assert_sound(pdf, tmp_path, title="聘书 · 林小满 · 江城市青竹小学")
    assert reading.spoken(pdf, tmp_path) == (
        "聘书兹聘请林小满老师担任2026学年五<1>学生成长导师。愿您以爱育人，做学生的良师益友。江城市青竹小学（盖章）二〇二六年九月一日"
    )
    assert reading.figures(pdf) == ["江城市青竹小学校徽"]


def test_each_teacher_gets_a_page_and_a_bookmark() -> None:
    pdf = render_certificates([appointment(design, name=name) for design, name in zip(Design, "甲乙丙", strict=True)])
    assert reading.bookmarks(pdf) == [("甲", 1), ("乙", 2), ("丙", 3)]
    box = reading.reader(pdf).pages[0].mediabox
    assert (round(float(box.width) * 25.4 / 72), round(float(box.height) * 25.4 / 72)) == (297, 210)
    metadata = reading.reader(pdf).metadata
    assert metadata is not None
    assert metadata.title == "聘书 · 江城市青竹小学"


@pytest.mark.parametrize("length", [60, 140, 220, 300])
def test_the_longest_words_of_a_school_stay_on_one_page_with_the_seal(length: int) -> None:
    school = Letterhead(name=builders_small.LONG_SCHOOL, logo=builders_small.emblem())
    text = (LONG_TEXT * 2)[:length]
    classes = ("五（11）班", "五（12）班", "五（13）班")
    pdf = render_certificates([appointment(school=school, name=builders_small.LONG_NAME, classes=classes, text=text)])
    (page,) = reading.page_texts(pdf)
    assert page.count("（盖章）") == 1
    filled = text.replace("{姓名}", builders_small.LONG_NAME).replace("{学年}", "2026学年")
    assert page.count(reading.squeezed(filled.replace("{班级}", "、".join(classes)))) == 1


def test_a_text_without_the_name_is_headed_by_it_and_a_date_may_be_left_to_the_pen(tmp_path: Path) -> None:
    pdf = render_certificates([appointment(name="柳 红", classes=(), text="感谢您担任{学年}导师。", on=None)])
    assert reading.spoken(pdf, tmp_path) == "聘书柳红老师：感谢您担任2026学年导师。江城市青竹小学（盖章）年月日"


def test_a_name_is_data_even_if_it_looks_like_a_placeholder_or_markup(tmp_path: Path) -> None:
    pdf = render_certificates([appointment(name="<b>{班级}", text="聘请{姓名}。{其他}")])
    assert reading.spoken(pdf, tmp_path) == "聘书聘请<b>{班级}。{其他}江城市青竹小学（盖章）二〇二六年九月一日"


def test_no_appointment_is_an_error() -> None:
    with pytest.raises(ValueError, match="no certificate"):
        render_certificates([])
