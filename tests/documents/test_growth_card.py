"""成长激励卡 read back: one A5 landscape card each in three designs, longer texts flow, two to a sheet."""

import dataclasses
from itertools import product
from pathlib import Path

import pytest

from core.pdf import set_each, set_pdf
from records.papers.documents.growth_card import growth_card_manuscript, growth_card_manuscripts, render_growth_cards
from schools.enums import Design
from tests.documents import builders, reading

A5_LANDSCAPE = (595, 420)
A4 = (595, 842)
SENTENCE = "你在课堂上总是认真地听每一位同学说话。"


def sizes(pdf: bytes) -> list[tuple[int, int]]:
    return [(round(page.mediabox.width), round(page.mediabox.height)) for page in reading.reader(pdf).pages]


def spoken_growth_card(name: str, body: str) -> str:
    return reading.squeezed(
        f"江城市青竹小学2026学年第一学期五<6>成长激励卡{name}同学{body}每一点进步，老师都看在眼里"
        "导师丁一鼎裴小盼2027年1月18日"
    )


@pytest.mark.parametrize("design", Design)
def test_a_card_has_every_part_in_order_on_one_page(design: Design, tmp_path: Path) -> None:
    letter = dataclasses.replace(builders.full_letter(design=design), body=SENTENCE * 5)
    pdf = render_growth_cards([builders.as_growth_card(letter)])
    assert sizes(pdf) == [A5_LANDSCAPE]
    assert reading.spoken(pdf, tmp_path) == spoken_growth_card("沈䶮", SENTENCE * 5) + "家长扫码回音"
    assert reading.bookmarks(pdf) == [("五<6> 沈䶮", 1)]
    reading.assert_sound(pdf, tmp_path, title="成长激励卡 · 沈䶮 · 江城市青竹小学")


@pytest.mark.parametrize("design", Design)
def test_a_short_card_and_a_long_one_lose_no_character(design: Design, tmp_path: Path) -> None:
    long = "".join(chr(point) for point in range(0x5000, 0x5000 + 1200))
    pdf = render_growth_cards(
        [builders.as_growth_card(builders.letter(body=body, design=design)) for body in (SENTENCE, long)]
    )
    assert reading.spoken(pdf, tmp_path) == spoken_growth_card("沈䶮", SENTENCE) + spoken_growth_card("沈䶮", long)
    further = reading.page_texts(pdf)[2:]
    assert [page.count("五<6>沈䶮续") for page in further] == [1] * len(further)
    assert len(further) >= 1


@pytest.mark.parametrize("design", Design)
def test_what_fits_a_card_is_signed_at_its_foot_on_the_same_page(design: Design, tmp_path: Path) -> None:
    """A signature fixed at the foot may not slip off the card, whatever the type size and the parts beside it."""
    cards = [
        builders.as_growth_card(
            builders.letter(
                body=(SENTENCE * 20)[:length], design=design, signed_by_hand=by_hand, family_url=url, closing=closing
            )
        )
        for length, by_hand, url, closing in product(
            (20, 90, 130), (False, True), ("", builders.FAMILY_URL), ("", "祝你天天进步！")
        )
    ]
    pdf = render_growth_cards(cards)
    assert sizes(pdf) == [A5_LANDSCAPE] * len(cards)
    said = reading.spoken(pdf, tmp_path)
    signed = [said.count(words) for words in ("丁一鼎裴小盼", "导师（签名）", "2027年1月18日", "家长扫码回音")]
    assert signed == [12, 12, 24, 12]


@pytest.mark.parametrize("design", Design)
def test_a_card_without_text_is_lined_for_handwriting(design: Design, tmp_path: Path) -> None:
    pdf = render_growth_cards([builders.as_growth_card(builders.lined_letter(design=design))])
    assert sizes(pdf) == [A5_LANDSCAPE]
    said = reading.spoken(pdf, tmp_path).replace("\u200b", "")
    assert said == "江城市青竹小学2026学年第一学期五<6>成长激励卡沈䶮同学每一点进步，老师都看在眼里导师（签名）年月日"


@pytest.mark.parametrize("design", Design)
def test_cards_set_together_have_the_bytes_of_cards_set_alone(design: Design) -> None:
    bodies = (builders.BODY, builders.BODY * 4, SENTENCE)
    papers = growth_card_manuscripts(
        [builders.as_growth_card(builders.letter(body=body, design=design)) for body in bodies]
    )
    assert set_each(papers) == [set_pdf(paper) for paper in papers]


def test_two_cards_share_a_sheet_and_keep_tags_and_bookmarks_whatever_their_designs(tmp_path: Path) -> None:
    cards = [
        builders.as_growth_card(builders.letter(name, body=SENTENCE, design=design))
        for name, design in zip(builders.NAMES, Design, strict=False)
    ]
    pdf = render_growth_cards(cards, two_up=True)
    assert sizes(pdf) == [A4] * 2
    assert [number for _name, number in reading.bookmarks(pdf)] == [1, 1, 2]
    assert reading.spoken(pdf, tmp_path) == "".join(spoken_growth_card(card.pupil_name, SENTENCE) for card in cards)
    reading.assert_sound(pdf, tmp_path, title="成长激励卡 · 江城市青竹小学")
    assert render_growth_cards(cards, two_up=True) == pdf


@pytest.mark.parametrize("name", ["阿依古丽·买买提明江", "司马相如诸葛孔明欧阳锋君", "<b>小满</b>", "顾𬱖"])
def test_every_name_is_printed_whole(name: str) -> None:
    for design in Design:
        assert (
            reading.text(render_growth_cards([builders.as_growth_card(builders.letter(name, design=design))])).count(
                name
            )
            == 1
        )


def test_a_card_carries_neither_advice_nor_the_letter_s_closing() -> None:
    card = dataclasses.replace(builders.as_growth_card(builders.full_letter()), advice=builders.ADVICE)
    words = reading.text(render_growth_cards([card]))
    assert (words.count(builders.BODY.replace("\n", "")), words.count(builders.ADVICE), words.count(card.closing)) == (
        1,
        0,
        0,
    )


def test_no_card_and_cards_of_two_designs_in_one_manuscript_are_errors() -> None:
    for write in (render_growth_cards, growth_card_manuscript):
        with pytest.raises(ValueError, match="no card"):
            write([])
    with pytest.raises(ValueError, match="one design"):
        growth_card_manuscript([builders.letter(), builders.letter(design=Design.SENIOR)])
