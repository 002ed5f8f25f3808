"""方案全文 read back: title page, contents with the right pages, tables that go on, and a long title."""

from pathlib import Path

import pytest

from core.pdf import set_pdf
from records.setup.documents.plan_document import plan_manuscript
from schools.contexts import Letterhead
from tests.documents import builders, builders_plan, reading

SCHOOL = Letterhead(name="江城市青竹小学", logo=builders.logo())
PARTS = ("指导思想", "工作目标", "组织架构", "匹配机制", "职责任务", "工作要求", "研训制度", "激励保障")


@pytest.fixture(scope="module")
def paper() -> bytes:
    return set_pdf(plan_manuscript(builders_plan.plan_paper(school=SCHOOL)))


def test_the_title_page_says_school_title_version_and_date(paper: bytes) -> None:
    said = "江城市青竹小学全员导师制工作实施方案（试行稿）一校一策·2026学年第2版2026年11月18日"
    assert reading.page_texts(paper)[0] == said


def test_the_contents_name_the_pages_on_which_the_parts_begin(paper: bytes) -> None:
    marks = reading.bookmarks(paper)
    assert [name for name, _page in marks] == [
        "封面",
        "目录",
        "方案要点",
        *(f"{'一二三四五六七八'[number]}、{part}" for number, part in enumerate(PARTS)),
        "附件",
    ]
    contents = reading.page_texts(paper)[1].replace("·", "")
    for name, page in marks[3:]:
        assert f"{name}{page}" in contents


def test_everybody_of_the_group_stands_in_its_table_under_repeated_heads(paper: bytes) -> None:
    text, pages = reading.text(paper), reading.page_texts(paper)
    assert [name for name in builders_plan.NAMES if reading.squeezed(name) not in text] == []
    assert "组长程远校长、党支部书记全面负责" in text
    assert [page.count("组内职务姓名职务分工") for page in pages[2:4]] == [1, 1]


def test_it_is_sound_and_tagged(paper: bytes, tmp_path: Path) -> None:
    reading.assert_sound(paper, tmp_path, title="全员导师制工作实施方案（试行稿） · 江城市青竹小学")


def test_a_title_as_long_as_a_plan_allows_stays_on_its_page_and_nothing_lies_on_another(tmp_path: Path) -> None:
    """一校一策 stood in the middle of a long title."""
    title, name = "人人都有好朋友老师" * 8 + "（试行稿）", "江城市<b>外国语</b>实验学校附属青竹小学" * 2
    long = set_pdf(plan_manuscript(builders_plan.plan_paper(school=Letterhead(name=name), title=title)))
    first = reading.page_texts(long)[0]
    assert (title in first, name in first, first.endswith("第2版2026年11月18日")) == (True, True, True)
    boxes = [(word, top, bottom) for word, _left, top, _right, bottom in reading.places(long, tmp_path)]
    edges = {word: (top, bottom) for word, top, bottom in boxes}
    assert edges["（试行稿）"][1] <= edges["一校一策"][0] < edges["一校一策"][1] <= edges["版"][0]
