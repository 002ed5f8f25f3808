"""成长寄语 read back: one A5 page each, longer ones flow, two to a sheet."""

import dataclasses
from pathlib import Path

import pytest

from records.documents.growth_letter import render_letters
from tests.documents import builders, reading

A5 = (420, 595)
A4_LANDSCAPE = (842, 595)


def sizes(pdf: bytes) -> list[tuple[int, int]]:
    return [(round(page.mediabox.width), round(page.mediabox.height)) for page in reading.reader(pdf).pages]


def spoken_letter(name: str, body: str, advice: str = "") -> str:
    tips = f"成长建议{advice}" if advice else ""
    return reading.squeezed(
        f"江城市青竹小学2026学年第一学期五<6>成长寄语{name}同学：{body}{tips}导师丁一鼎裴小盼2027年1月18日"
    )


def test_a_letter_is_one_a5_page_with_every_part_in_order(tmp_path: Path) -> None:
    pdf = render_letters([builders.letter("沈䶮", advice=builders.ADVICE)])
    assert sizes(pdf) == [A5]
    assert reading.spoken(pdf, tmp_path) == spoken_letter("沈䶮", builders.BODY, builders.ADVICE)
    assert reading.bookmarks(pdf) == [("五<6> 沈䶮", 1)]
    reading.assert_sound(pdf, tmp_path, title="成长寄语 · 沈䶮 · 江城市青竹小学")


def test_a_letter_without_advice_has_no_advice_heading() -> None:
    assert reading.text(render_letters([builders.letter()])).count("成长建议") == 0


def test_the_school_chooses_title_and_salutation() -> None:
    letter = dataclasses.replace(builders.letter(), title="成长激励卡", salutation="亲爱的小䶮：")
    text = reading.text(render_letters([letter]))
    assert text.count("成长激励卡亲爱的小䶮：这个学期") == 1


def test_letters_of_usual_length_stay_on_one_page() -> None:
    sentence = "你在课堂上总是认真地听每一位同学说话。"
    lengths = (1, 60, 150, 250, 290, 310, 350, 400, 430, 450, 500)
    letters = [builders.letter(body=(sentence * 30)[:length]) for length in lengths]
    letters += [
        builders.letter(body=(sentence * 30)[:length], advice=builders.ADVICE) for length in lengths if length < 410
    ]
    assert sizes(render_letters(letters)) == [A5] * len(letters)


def test_a_long_letter_flows_to_further_pages_without_losing_a_character(tmp_path: Path) -> None:
    body = "".join(chr(point) for point in range(0x5000, 0x5000 + 1800))
    pdf = render_letters([builders.letter(body=body)])
    assert len(sizes(pdf)) == 4
    assert reading.spoken(pdf, tmp_path) == spoken_letter("沈䶮", body)


def test_letters_come_in_the_order_given_each_on_its_own_page() -> None:
    pdf = render_letters([builders.letter(name) for name in builders.NAMES])
    assert reading.bookmarks(pdf) == [(f"五<6> {name}", number) for number, name in enumerate(builders.NAMES, start=1)]


def test_two_letters_share_a_landscape_sheet_and_keep_tags_bookmarks_and_fonts(tmp_path: Path) -> None:
    names = builders.NAMES[:3]
    letters = [builders.letter(name) for name in names]
    pdf = render_letters(letters, two_up=True)
    assert sizes(pdf) == [A4_LANDSCAPE] * 2
    assert reading.bookmarks(pdf) == [(f"五<6> {names[0]}", 1), (f"五<6> {names[1]}", 1), (f"五<6> {names[2]}", 2)]
    assert reading.spoken(pdf, tmp_path) == "".join(spoken_letter(name, builders.BODY) for name in names)
    assert sorted(reading.fonts(pdf)) == ["LXGW-WenKai"]
    reading.assert_sound(pdf, tmp_path, title="成长寄语 · 江城市青竹小学")
    assert render_letters(letters, two_up=True) == pdf


def test_a_letter_without_text_is_lined_for_handwriting() -> None:
    pdf = render_letters([builders.letter(body="")])
    assert sizes(pdf) == [A5]
    assert reading.text(pdf).count("沈䶮同学：导师丁一鼎裴小盼") == 1


def test_each_logo_is_stored_once() -> None:
    school = dataclasses.replace(builders.SCHOOL, logo=builders.logo())
    letters = [builders.letter(name, school=school) for name in builders.NAMES[:4]]
    document = reading.reader(render_letters(letters))
    pictures = {page.images[0].indirect_reference.idnum for page in document.pages if page.images[0].indirect_reference}
    assert len(pictures) == 1
    assert [len(page.images) for page in document.pages] == [1, 1, 1, 1]


def test_the_same_letters_give_the_same_bytes() -> None:
    letters = [builders.letter(name) for name in builders.NAMES[:2]]
    assert render_letters(letters) == render_letters(letters)


def test_no_letter_is_an_error() -> None:
    with pytest.raises(ValueError, match="no letter"):
        render_letters([])
