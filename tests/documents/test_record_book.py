"""导师记录本 read back: pages, rows, texts, tags."""

import dataclasses
import re
from datetime import date
from pathlib import Path

import pytest

from core.pdfpages import merge_pdfs
from core.raster import page_png
from records.contexts import BookPupil, BookVersion, Entry, PaperTick, RecordBook
from records.papers.documents.record_book import book_manuscript, render_record_book
from schools.enums import Design
from tests.documents import builders, reading

BOOK_TITLE = "导师记录本 · 丁一鼎／裴小盼 · {classes} · 江城市青竹小学"


NAMES = [reading.squeezed(pupil.name) for pupil in builders.two_classes().pupils]
HEADS = "序号学生姓名家长联系电话学生情况简述一次家访（完成打√）一次谈心（完成打√）一次反馈（完成打√）上下上下上下"
VISIT = (
    "一次家访第一学期2026年8月25日（周二）上门结果：已完成参加：丁一鼎、郭小红家长：母亲约定：每天亲子阅读二十分钟"
    f"回访：2026年9月25日（周五）{builders.VISIT_TEXT}"
)
TALK = "一次谈心第一学期2026年11月9日（周一）"
TALK_DETAILS = "考试前形式：面对面地点：操场策略：学业辅导、心理疏导家校沟通：已联系家长"
LETTER = reading.squeezed(f"一次反馈第一学期2027年1月18日（周一）成长寄语{builders.BODY}丁一鼎裴小盼")
BY_HAND = "日期：年月日"
SUMMARY = "学生情况：乐于助人，喜欢画画；数学应用题需要多鼓励"


@pytest.fixture(scope="module")
def full() -> bytes:
    return render_record_book(builders.two_classes())


def spoken_page(name: str, label: str, talk: str = TALK + TALK_DETAILS + builders.TALK_TEXT) -> str:
    """What a pupil's page says when the first term is recorded and the second is ruled."""
    return (
        f"一生一表记录学生姓名：{name}班级：{label}{SUMMARY}"
        f"{VISIT}第二学期{BY_HAND}形式：{talk}第二学期{BY_HAND}地点：{LETTER}第二学期{BY_HAND}"
    )


def ruled_page(name: str, label: str, summary: str = "") -> str:
    parts = (f"一次{title}第一学期{BY_HAND}{more}第二学期{BY_HAND}{more}" for title, more in BLANK_ACTIONS)
    return f"一生一表记录学生姓名：{name}班级：{label}{summary}{''.join(parts)}"


BLANK_ACTIONS = (("家访", "形式："), ("谈心", "地点："), ("反馈", ""))


# --- A whole book of 17 pupils ----------------------------------------------------------------------------------------
def test_a_book_of_17_pupils_of_two_classes_is_spoken_whole_and_in_order(full: bytes, tmp_path: Path) -> None:
    talks = {
        0: TALK + TALK_DETAILS + reading.squeezed(builders.LONG_NOTE),
        1: TALK + TALK_DETAILS + "孩子画了一张卡片😀，写着“谢谢老师❤”，还给全家👨👩👧画了像👍。",
        3: TALK,
    }
    pages = ""
    for index, (name, pupil) in enumerate(zip(NAMES, builders.two_classes().pupils, strict=True)):
        if index % 3 == 2:
            pages += ruled_page(name, pupil.class_label, SUMMARY)
        else:
            pages += spoken_page(name, pupil.class_label, talks.get(index, TALK + TALK_DETAILS + builders.TALK_TEXT))
    rows = ""
    for index, name in enumerate(NAMES):
        rows += {0: "五<6>13人", 13: "五<5>4人"}.get(index, "")
        ticks = "" if index % 3 == 2 else "√8.25√11.9√1.18"
        rows += f"{index + 1}{name}138****0000乐于助人，喜欢画画；数学应用题需要多鼓励{ticks}"
    cover = "人人都有“好朋友”老师【导师记录本】班级：五<6>五<5>导师姓名：丁一鼎／裴小盼学生人数：17人"
    cover += "江城市青竹小学2026年9月-2027年6月"
    legend = "√已完成（下为日期）空格待完成—按方案不作要求"
    spoken = reading.spoken(full, tmp_path).replace(reading.PLAIN, "")
    assert spoken == f"{cover}学生名册{HEADS}{rows}{legend}{pages}"


def test_each_pupil_begins_a_page_and_a_long_note_takes_more(full: bytes) -> None:
    assert len(builders.LONG_NOTE.replace("\n", "")) == 3000
    marks = [(reading.squeezed(title), number) for title, number in reading.bookmarks(full)]
    first, *others = NAMES
    assert marks == [
        ("封面", 1), ("学生名册", 3), (first, 4), *[(name, 7 + index) for index, name in enumerate(others)],
    ]  # fmt: skip
    assert len(reading.page_texts(full)) == 22


def test_the_cover_carries_the_lines_of_the_annex(full: bytes) -> None:
    assert reading.page_texts(full)[0] == (
        "人人都有“好朋友”老师【导师记录本】班级：五<6>五<5>导师姓名：丁一鼎／裴小盼学生人数：17人江城市青竹小学2026年9月-2027年6月"
    )


def test_the_cover_prints_on_its_own_leaf(full: bytes) -> None:
    assert reading.page_texts(full)[1] == ""


def test_the_roster_has_the_annex_columns_the_classes_and_every_name(full: bytes) -> None:
    page = reading.page_texts(full)[2]
    assert page.count(HEADS) == 1
    assert (page.count("五<6>13人"), page.count("五<5>4人")) == (1, 1)
    assert [page.count(name) for name in NAMES] == [1] * 17
    done = sum(tick.done for pupil in builders.two_classes().pupils for part in pupil.ticks for tick in part)
    assert (done, page.count("√")) == (36, 36 + 4)  # Three headings and the legend.


def test_pages_are_numbered_and_headed_with_mentor_class_and_pupil(full: bytes) -> None:
    owners = ["", *NAMES[:1] * 3, *NAMES[1:]]
    for number, (owner, page) in enumerate(zip(owners, reading.page_texts(full)[2:], strict=True), start=3):
        assert page.count(f"{owner}第{number}页·共22页") == 1
        assert page.count("导师丁一鼎／裴小盼五<6>五<5>") == 1
        assert page.count("江城市青竹小学·导师记录本") == 1


def test_a_book_of_many_classes_counts_them_in_its_running_head() -> None:
    book = builders.book((), class_labels=("一<1>", "一<2>", "一<3>", "一<4>"))
    cover, _blank, roster = reading.page_texts(render_record_book(book))
    assert (cover.count("班级：一<1>一<2>一<3>一<4>"), roster.count("导师丁一鼎／裴小盼一<1>等4个班")) == (1, 1)


def test_the_book_is_sound_tagged_and_named(full: bytes, tmp_path: Path) -> None:
    reading.assert_sound(full, tmp_path, title=BOOK_TITLE.format(classes="五<6>　五<5>"))


def test_two_fonts_set_the_book_and_a_third_its_emoji(full: bytes) -> None:
    assert reading.fonts(full) == {"LXGW-WenKai": True, "Noto-Serif-CJK-SC": True, "Symbola-Semi-Condensed": True}
    assert reading.glyph_ids(full).count("0000") == 0


def test_rare_characters_emoji_and_long_notes_copy_out_as_they_were_printed(full: bytes, tmp_path: Path) -> None:
    printed = reading.printed(full, tmp_path)
    # In the roster, on the page, and in the running foot of each page.
    expected = [3, 3, 3, 3, 3]
    assert [printed.count(name) for name in ("柳㛃", "顾𬱖", "程𫖯", "许言", "司马相如诸葛孔明欧阳锋君")] == expected
    assert printed.count("孩子画了一张卡片😀，写着“谢谢老师❤”，还给全家👨👩👧画了像👍。") == 1
    sentences = re.findall(r"第\d{3}句", builders.LONG_NOTE)
    assert re.findall(r"第\d{3}句", printed) == sentences


# --- Three versions ---------------------------------------------------------------------------------------------------
def one(version: BookVersion, *, pupils: int = 1) -> RecordBook:
    made = tuple(builders.pupil(name, "五<6>") for name in builders.NAMES[5 : 5 + pupils])
    return dataclasses.replace(builders.book(made), version=version)


def test_a_filled_book_says_in_a_line_that_nothing_was_recorded(tmp_path: Path) -> None:
    spoken = reading.spoken(render_record_book(one(BookVersion.FILLED)), tmp_path)
    nothing = "第二学期还没有记录"
    assert spoken.endswith(
        f"一生一表记录学生姓名：丁小满班级：五<6>{SUMMARY}"
        f"{VISIT}{nothing}{TALK}{TALK_DETAILS}{builders.TALK_TEXT}{nothing}{LETTER}{nothing}"
    )
    assert ruled_periods(one(BookVersion.FILLED)) == 0


def test_a_mixed_book_prints_records_and_rules_what_is_empty(tmp_path: Path) -> None:
    spoken = reading.spoken(render_record_book(one(BookVersion.MIXED)), tmp_path)
    assert spoken.endswith(spoken_page("丁小满", "五<6>"))
    assert ruled_periods(one(BookVersion.MIXED)) == 3


def test_a_blank_book_has_names_phones_and_situations_but_no_tick_and_no_record(tmp_path: Path) -> None:
    book = one(BookVersion.BLANK)
    spoken = reading.spoken(render_record_book(book), tmp_path)
    assert spoken.endswith(ruled_page("丁小满", "五<6>", SUMMARY))
    row = "1丁小满138****0000乐于助人，喜欢画画；数学应用题需要多鼓励23456789101112131415每完成一次，请在相应的格里打√"
    assert spoken.count(row) == 1
    assert spoken.count("√") == 3 + 1  # The headings and the legend.
    assert ruled_periods(book) == 6


def test_a_blank_book_rules_also_what_the_plan_does_not_require() -> None:
    ticks = ((PaperTick(required=False),), (PaperTick(),), (PaperTick(done=True),))
    pupil = BookPupil(name="林沐阳", class_label="一<1>", ticks=ticks)
    blank = dataclasses.replace(builders.book((pupil,), columns=builders.ANNEX), version=BookVersion.BLANK)
    assert ruled_periods(blank) == 3


def ruled_periods(book: RecordBook) -> int:
    return book_manuscript(book).body.count('<div class="rules')


@pytest.mark.parametrize("asked, printed", [(0, 15), (2, 2)])
def test_a_blank_book_without_pupils_has_fifteen_pages_or_as_many_as_asked_for(asked: int, printed: int) -> None:
    empty = dataclasses.replace(builders.handwritten(), mentors=(), class_labels=(), blank_pages=asked)
    pages = reading.page_texts(render_record_book(empty))
    assert pages[0].count("导师姓名：学生人数：江城市青竹小学") == 1
    numbers = "".join(str(number) for number in range(1, 16))
    assert pages[2].count(numbers) == 1
    assert [page.count(ruled_page("", "")) for page in pages] == [0, 0, 0, *[1] * printed]


@pytest.mark.parametrize("version", [BookVersion.FILLED, BookVersion.MIXED])
def test_the_other_versions_have_only_the_blank_pages_asked_for(version: BookVersion) -> None:
    counts = []
    for asked in (0, 1):
        book = dataclasses.replace(builders.book(blank_pages=asked), version=version)
        counts.append(len(reading.page_texts(render_record_book(book))))
    assert counts == [3, 4]


# --- The roster -------------------------------------------------------------------------------------------------------
def test_a_book_with_one_pupil_is_filled_up_to_fifteen_rows() -> None:
    pdf = render_record_book(builders.book((builders.pupil("丁小满", "五<6>", filled=False),)))
    page = reading.page_texts(pdf)[2]
    assert page.count("1丁小满138****0000乐于助人，喜欢画画；数学应用题需要多鼓励23456789101112131415") == 1


def test_the_head_of_the_roster_repeats_on_the_next_page() -> None:
    pupils = tuple(builders.pupil(f"学生{number:02d}", "五<6>", filled=False) for number in range(40))
    pages = reading.page_texts(render_record_book(builders.book(pupils)))
    heads = [page.count("序号学生姓名家长联系电话") for page in pages]
    assert heads == [0, 0, 1, 1, *[0] * 40]
    assert [sum(page.count(pupil.name) for page in pages[2:4]) for pupil in pupils] == [1] * 40


def test_a_yearly_plan_has_one_column_for_visit_and_talk_and_two_for_the_letters() -> None:
    pupil = builders.pupil("林沐阳", "高一（3）班", columns=builders.YEARLY)
    pages = reading.page_texts(render_record_book(builders.book((pupil,), columns=builders.YEARLY)))
    assert pages[2].count("一次家访（完成打√）一次谈心（完成打√）一次反馈（完成打√）上下1林沐阳") == 1
    assert (pages[3].count("本学年"), pages[3].count("第一学期"), pages[3].count("第二学期")) == (2, 1, 1)


def test_a_plan_of_one_period_prints_the_seven_columns_of_the_annex() -> None:
    pupil = builders.pupil("林沐阳", "一<1>", columns=builders.ANNEX)
    page = reading.page_texts(render_record_book(builders.book((pupil,), columns=builders.ANNEX)))[2]
    assert page.count("一次反馈（完成打√）1林沐阳") == 1


def test_what_the_plan_does_not_require_is_marked_with_a_dash() -> None:
    ticks = ((PaperTick(done=True, on=date(2026, 9, 3)),), (PaperTick(required=False),), (PaperTick(),))
    pupil = BookPupil(name="林沐阳", class_label="一<1>", ticks=ticks)
    pages = reading.page_texts(render_record_book(builders.book((pupil,), columns=builders.ANNEX)))
    assert pages[2].count("1林沐阳√9.3—2") == 1
    assert pages[3].count("一次谈心本学年按方案不作要求") == 1


def test_a_note_of_three_thousand_characters_flows_over_pages_without_losing_one(tmp_path: Path) -> None:
    signs = [chr(point) for point in range(0x4E00, 0x4E00 + 2990)]
    note = "".join(signs[:1500]) + "\n" + "".join(signs[1500:])
    pupil = builders.pupil("沈䶮", "五<6>", note=note)
    spoken = reading.spoken(render_record_book(builders.book((pupil,))), tmp_path)
    assert spoken.count("".join(signs)) == 1


def test_a_note_without_a_place_to_break_stays_on_the_page() -> None:
    pupil = builders.pupil("沈䶮", "五<6>", note="a" * 400)
    pages = reading.page_texts(render_record_book(builders.book((pupil,))))
    assert "".join(pages).count("a" * 400) == 1


def test_a_restricted_record_prints_its_date_and_no_text() -> None:
    book = builders.book(
        (
            dataclasses.replace(
                builders.pupil("丁小满", "五<6>", columns=builders.ANNEX),
                entries=(((),), ((Entry(on=date(2026, 10, 12), restricted=True),),), ((),)),
            ),
        ),
        columns=builders.ANNEX,
    )
    page = reading.page_texts(render_record_book(book))[3]
    assert page.count("一次谈心本学年2026年10月12日（周一）有一条受限记录一次反馈") == 1


def test_a_restricted_record_cannot_be_given_a_text() -> None:
    with pytest.raises(ValueError, match="restricted"):
        dataclasses.replace(Entry(on=None, text="不该印出来"), restricted=True)


def test_markup_in_names_and_notes_is_text() -> None:
    pupil = builders.pupil("<b>甲</b>", "一<1>", note="<script>1</script> & “引号”")
    pdf = render_record_book(builders.book((pupil,), class_labels=("一<1>",)))
    page = reading.page_texts(pdf)[3]
    assert page.count("学生姓名：<b>甲</b>班级：一<1>") == 1
    assert page.count("<script>1</script>&“引号”") == 1


def test_ticks_that_do_not_fit_the_columns_are_refused() -> None:
    pupil = builders.pupil("丁小满", "五<6>", columns=builders.ANNEX)
    with pytest.raises(ValueError, match="columns"):
        render_record_book(builders.book((pupil,)))


def test_the_same_book_gives_the_same_bytes() -> None:
    book = builders.book((builders.pupil("丁小满", "五<6>"),))
    assert render_record_book(book) == render_record_book(book)


def test_several_books_become_one_file_each_on_leaves_of_its_own(tmp_path: Path) -> None:
    first, second, third = (builders.pupil(name, "五<6>") for name in ("丁小满", "方一诺", "孟子涵"))
    books = [render_record_book(builders.book(pupils)) for pupils in ((first, second), (third,))]
    pdf = merge_pdfs(books, title="五<6> 导师记录本", chapters=["第一本", "第二本"], each_on_a_leaf=True)
    pages = reading.page_texts(pdf)
    # Five pages and a blank back; four pages.
    assert [page == "" for page in pages] == [False, True, False, False, False, True, False, True, False, False]
    assert [page.count("第4页·共5页") for page in pages] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert [page.count("第4页·共4页") for page in pages] == [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert reading.bookmarks(pdf) == [
        ("第一本", 1), (">封面", 1), (">学生名册", 3), (">丁小满", 4), (">方一诺", 5),
        ("第二本", 7), (">封面", 7), (">学生名册", 9), (">孟子涵", 10),
    ]  # fmt: skip
    assert reading.spoken(pdf, tmp_path) == "".join(reading.spoken(book, tmp_path) for book in books)
    reading.assert_sound(pdf, tmp_path, title="五<6> 导师记录本")


# --- The look ---------------------------------------------------------------------------------------------------------
def test_a_logo_stands_on_the_cover_and_in_the_running_head_and_is_stored_once() -> None:
    school = dataclasses.replace(builders.SCHOOL, logo=builders.logo())
    document = reading.reader(render_record_book(builders.book(school=school, blank_pages=1)))
    plain = reading.reader(render_record_book(builders.book(blank_pages=1)))
    drawn, without = ([reading.drawings(page) for page in file.pages] for file in (document, plain))
    assert [more - less for more, less in zip(drawn, without, strict=True)] == [1, 0, 1, 1]
    assert reading.stored_pictures(document) == 1


def test_each_design_has_a_cover_of_its_own_on_one_grid(tmp_path: Path) -> None:
    books = [dataclasses.replace(builders.book(), design=design) for design in Design]
    files = [render_record_book(book) for book in books]
    assert len({reading.spoken(file, tmp_path) for file in files}) == 1
    assert len({reading.reader(file).pages[0].extract_text() for file in files}) == 1
    covers = {page_png(file, dots_per_inch=20) for file in files}
    rosters = {page_png(file, dots_per_inch=20, page=2) for file in files}
    assert (len(covers), len(rosters)) == (3, 1)


@pytest.mark.parametrize("design", Design)
def test_the_longest_title_stands_in_two_lines_below_the_drawing(design: Design) -> None:
    title = "人人都有一位知心的“好朋友”老师，个个都有自己的用武之地，天天都有看得见的进步"
    subtitle = "全员导师制导师工作记录手册（试行版本一）"
    assert (len(title), len(subtitle)) == (39, 20)
    made = dataclasses.replace(builders.crowded(), title=title, subtitle=subtitle, design=design, pupils=())
    text = reading.reader(render_record_book(made)).pages[0].extract_text()
    lines = [reading.squeezed(line) for line in text.splitlines()]
    last = lines.index(f"【{subtitle}】")
    assert "".join(lines[last - 2 : last]) == title


def test_the_ruled_lines_fill_the_page_and_are_shared_out_evenly() -> None:
    columns = builders.TERMLY
    empty = ((),) * len(columns[0].periods)
    made = builders.book((dataclasses.replace(builders.pupil("丁小满", "五<6>"), entries=(empty,) * len(columns)),))
    lines = [int(number) for number in re.findall(r'"rules lines-(\d+)"', book_manuscript(made).body)]
    assert lines == [3, 3, 3, 3, 3, 2]
    assert len(reading.page_texts(render_record_book(made))) == 4
