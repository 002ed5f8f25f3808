"""聘书 read back: a page for each teacher, with the school's own words."""

from pathlib import Path

import pytest

from mentors.documents.appointment import Appointment, render_appointments
from schools.contexts import Letterhead
from tests.documents import builders, reading


def appointment(name: str = "程𫖯", text: str = "兹聘请您担任学生成长导师。") -> Appointment:
    head = Letterhead(name="江城市青竹小学", logo=builders.logo())
    return Appointment(school=head, name=name, text=text, day="2026年9月1日")


def test_each_teacher_gets_a_landscape_page_in_reading_order(tmp_path: Path) -> None:
    names = ("程𫖯", "阿依古丽·买买提明江")
    pdf = render_appointments([appointment(name) for name in names])
    pages = reading.reader(pdf).pages
    assert [(round(p.mediabox.width), round(p.mediabox.height)) for p in pages] == [(842, 595)] * 2
    said = "老师：兹聘请您担任学生成长导师。江城市青竹小学（盖章）2026年9月1日"
    assert reading.page_texts(pdf) == [f"聘书{name}{said}" for name in names]
    assert reading.bookmarks(pdf) == [(name, number) for number, name in enumerate(names, start=1)]
    reading.assert_sound(pdf, tmp_path, title="聘书 · 江城市青竹小学")


def test_a_long_text_stays_on_its_page() -> None:
    pdf = render_appointments([appointment(text="愿您以爱育人，做学生的良师益友。" * 18)])
    (page,) = reading.page_texts(pdf)
    assert page.count("良师益友") == 18


def test_no_appointment_is_an_error() -> None:
    with pytest.raises(ValueError, match="no appointment"):
        render_appointments([])
