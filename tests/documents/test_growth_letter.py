"""成长寄语 read back: one A5 page each in three designs, longer ones flow, two to a sheet."""

import dataclasses
from itertools import product
from pathlib import Path

import pytest

from core.pdf import set_each, set_pdf
from records.contexts import Letter
from records.papers.documents.growth_letter import fits, letter_manuscript, letter_manuscripts, render_letters
from schools.enums import Design
from tests.documents import builders, reading

SENTENCE = "你在课堂上总是认真地听每一位同学说话。"
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
    lengths = (1, 60, 150, 250, 290, 310, 350, 400, 430, 450, 500)
    letters = [builders.letter(body=(SENTENCE * 30)[:length]) for length in lengths]
    letters += [
        builders.letter(body=(SENTENCE * 30)[:length], advice=builders.ADVICE) for length in lengths if length < 410
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


@pytest.mark.parametrize("design", Design)
def test_a_lined_letter_is_one_page_with_a_line_to_sign_on_and_room_for_the_day(design: Design, tmp_path: Path) -> None:
    plain = builders.lined_letter(design=design)
    # As long as the settings allow.
    closing, salutation = (
        "愿你像小竹子一样，一节一节往上长，不怕风，也不怕雨，慢慢来。",
        "亲爱的阿依古丽·买买提明江小朋友，见信好呀，展信佳：",
    )
    crowded = dataclasses.replace(plain, closing=closing, salutation=salutation, family_url=builders.FAMILY_URL)
    pdf = render_letters([plain, crowded])
    assert sizes(pdf) == [A5, A5]
    head = "江城市青竹小学2026学年第一学期五<6>成长寄语"
    assert reading.spoken(pdf, tmp_path).replace("\u200b", "") == (
        f"{head}沈䶮同学：导师（签名）年月日{head}{salutation}{closing}导师（签名）年月日家长扫码回音"
    )


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
    for write in (render_letters, letter_manuscript):
        with pytest.raises(ValueError, match="no letter"):
            write([])


# --- Three designs ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("design", Design)
def test_a_letter_with_everything_is_read_in_order_in_each_design(design: Design, tmp_path: Path) -> None:
    pdf = render_letters([builders.full_letter(design=design)])
    start, end = spoken_letter("沈䶮", builders.BODY, builders.ADVICE).split("导师丁一鼎")
    assert reading.spoken(pdf, tmp_path) == f"{start}祝你天天进步！导师丁一鼎{end}家长扫码回音"
    fonts = {"LXGW-WenKai-Light" if design == Design.SENIOR else "LXGW-WenKai"}
    assert {name.replace("LXGWWenKai", "LXGW-WenKai") for name in reading.fonts(pdf)} == fonts
    reading.assert_sound(pdf, tmp_path, title="成长寄语 · 沈䶮 · 江城市青竹小学")


@pytest.mark.parametrize("design", Design)
def test_letters_set_together_have_the_bytes_of_letters_set_alone(design: Design) -> None:
    letters = [builders.letter(name, design=design) for name in builders.NAMES[:2]]
    # One that flows over pages stands between them.
    letters.insert(1, builders.letter(body=builders.BODY * 4, advice=builders.ADVICE, design=design))
    papers = letter_manuscripts(letters)
    assert set_each(papers) == [set_pdf(paper) for paper in papers]


@pytest.mark.parametrize("design", Design)
def test_what_the_reckoning_lets_on_one_page_is_on_one_page(design: Design) -> None:
    """Six lengths, with and without each of the parts that take room: none that `fits` needs a second page."""
    letters: list[Letter] = []
    parts = product(("", builders.FAMILY_URL), (False, True), ("", "祝你天天进步！"), ("", builders.ADVICE))
    for family_url, signed_by_hand, closing, advice in parts:
        for length in (70, 150, 200, 260, 330, 420):
            text = (SENTENCE * 30)[:length]
            one = builders.letter(
                body="\n".join([text[: length // 3], text[length // 3 : length // 2], text[length // 2 :]]),
                advice=advice,
                design=design,
                closing=closing,
                signed_by_hand=signed_by_hand,
                family_url=family_url,
            )
            if fits(one):
                letters.append(one)
    assert len(letters) > 50
    assert sizes(render_letters(letters)) == [A5] * len(letters)


@pytest.mark.parametrize("design", Design)
def test_a_long_letter_says_on_each_further_page_whose_it_is(design: Design) -> None:
    first, *further = reading.page_texts(render_letters([builders.letter(body=builders.BODY * 4, design=design)]))
    assert first.count("五<6>沈䶮续") == 0
    assert [page.count("五<6>沈䶮续") for page in further] == [1] * len(further)
    assert len(further) >= 1


@pytest.mark.parametrize("design", Design)
@pytest.mark.parametrize("title", ["寄语", "写给你的一封成长寄语", "二〇二六学年第一学期导师写给你的成长寄语"])
def test_a_title_of_up_to_twenty_characters_stands_in_one_line(design: Design, title: str) -> None:
    letter = dataclasses.replace(builders.letter(design=design), title=title)
    text = reading.reader(render_letters([letter])).pages[0].extract_text()
    lines = [reading.squeezed(line) for line in text.splitlines()]
    assert lines.count(title) == 1


def test_letters_of_several_designs_stay_in_the_order_given(tmp_path: Path) -> None:
    order = (Design.LOWER, Design.LOWER, Design.SENIOR, Design.UPPER, Design.LOWER)
    letters = [builders.letter(name, design=design) for name, design in zip(builders.NAMES, order, strict=False)]
    pdf = render_letters(letters)
    assert reading.bookmarks(pdf) == [(f"五<6> {name}", at) for at, name in enumerate(builders.NAMES[:5], start=1)]
    reading.assert_sound(pdf, tmp_path, title="成长寄语 · 江城市青竹小学")
    assert set_each(letter_manuscripts(letters)) == [render_letters([letter]) for letter in letters]
    with pytest.raises(ValueError, match="one design"):
        letter_manuscript(letters)


def test_a_school_with_a_colour_of_its_own_has_no_green_left() -> None:
    school = dataclasses.replace(builders.SCHOOL, colour="#8c2f39")
    for design in Design:
        paper = letter_manuscript([builders.letter(design=design, school=school)])
        assert paper.recolour == school.recolour
        assert set_pdf(paper) != render_letters([builders.letter(design=design)])


def test_two_long_names_beside_the_familys_code_stay_on_the_page(tmp_path: Path) -> None:
    mentors = ("阿依古丽·买买提明江", "司马相如诸葛孔明欧阳锋君")
    for design in Design:
        letter = dataclasses.replace(builders.full_letter(design=design, name=mentors[0]), mentors=mentors, advice="")
        pdf = render_letters([letter])
        assert sizes(pdf) == [A5]
        assert reading.spoken(pdf, tmp_path).count(f"导师{''.join(mentors)}2027年1月18日") == 1
