"""The texts read back from paper: pages, tags, names, receipts."""

from pathlib import Path

import pytest

from core.pdf import set_pdf
from records.guides.contexts import GUIDES, PupilNamed
from records.guides.documents.papers import guide_pdf, letter_manuscript
from records.papers.samples import SAMPLES
from schools.contexts import Letterhead, PaperStyle, SampleLook
from tests.documents import reading
from tests.guides.builders import PUPIL, facts

HALVES = sorted(key for key, guide in GUIDES.items() if guide.form == "half")
LONG_CARD = (
    "情况紧急时，请先陪在孩子身边，再打电话：心理老师 027-5550123，德育室 027-5550124，校医室 027-5550125。",
) * 4


@pytest.mark.parametrize("key", HALVES)
def test_a_one_page_guide_stands_twice_on_one_sheet(key: str, tmp_path: Path) -> None:
    pdf = guide_pdf(GUIDES[key], facts())
    (page,) = reading.page_texts(pdf)
    (box,) = [(round(float(p.mediabox.width)), round(float(p.mediabox.height))) for p in reading.reader(pdf).pages]
    assert (page.count(GUIDES[key].title), page.count("江城市白鹭小学全员导师制"), box) == (2, 2, (842, 595))
    reading.assert_sound(pdf, tmp_path, title=f"{GUIDES[key].title} · 江城市白鹭小学")


@pytest.mark.parametrize("key", ["mentor", "family"])
def test_a_guide_stays_on_its_page_with_much_to_say_in_an_emergency(key: str) -> None:
    assert len(reading.page_texts(guide_pdf(GUIDES[key], facts(emergency=LONG_CARD)))) == 1


@pytest.mark.parametrize("key, pages", [("questions", 2), ("trial", 1)])
def test_the_principals_papers_take_so_many_pages(key: str, pages: int, tmp_path: Path) -> None:
    pdf = guide_pdf(GUIDES[key], facts())
    assert len(reading.page_texts(pdf)) == pages
    reading.assert_sound(pdf, tmp_path, title=f"{GUIDES[key].title} · 江城市白鹭小学")


def test_twelve_questions_are_asked_and_eight_weeks_planned() -> None:
    asked = "".join(reading.page_texts(guide_pdf(GUIDES["questions"], facts())))
    numbers = ["一、", "二、", "三、", "四、", "五、", "六、", "七、", "八、", "九、", "十、", "十一、", "十二、"]
    places = [asked.find(number) for number in numbers]
    assert (min(places) > 0, asked.count("？")) == (True, 12)


def test_the_letter_for_all_is_one_sheet_with_a_receipt_to_sign(tmp_path: Path) -> None:
    pdf = guide_pdf(GUIDES["to-parents"], facts())
    (page,) = reading.page_texts(pdf)
    assert [page.count(words) for words in ("告家长书", "回执", "家长签名", "我同意", "的导师：")] == [2, 1, 1, 1, 0]
    reading.assert_sound(pdf, tmp_path, title="告家长书 · 江城市白鹭小学")


def test_a_class_pile_has_a_sheet_for_each_child_by_name() -> None:
    pupils = [PUPIL, PupilNamed(name="安晴", class_label="二（3）班")]
    pdf = set_pdf(letter_manuscript(facts(emergency=LONG_CARD), pupils))
    pages = reading.page_texts(pdf)
    # In the text and on the receipt.
    assert [[page.count(name) for name in ("郭䶮", "安晴")] for page in pages] == [[2, 0], [0, 2]]
    assert ["何知秋、石磊老师" in page for page in pages] == [True, False]
    assert reading.bookmarks(pdf) == [("郭 䶮", 1), ("安晴", 2)]


def test_the_same_letter_has_the_same_digest_and_another_mentor_another() -> None:
    one, other = (
        letter_manuscript(facts(), [p]).digest for p in (PUPIL, PupilNamed(name="郭 䶮", class_label="二<3>"))
    )
    assert (one == letter_manuscript(facts(), [PUPIL]).digest, one == other) == (True, False)


def test_the_sample_of_the_settings_shows_the_schools_head_and_its_letters_name() -> None:
    look = SampleLook(style=PaperStyle(head=Letterhead(name="白鹭小学")), letter_label="成长来信")
    (page,) = reading.page_texts(SAMPLES["to_parents"].make(look))
    assert [page.count(words) for words in ("白鹭小学全员导师制", "成长来信每学期1次", "回执")] == [1, 1, 1]
