"""导师记录本 read back: pages, rows, texts, tags."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from records.contexts import BookPupil, Entry, Tick, talk_entry
from records.documents.record_book import render_record_book, render_record_books
from tests.documents import builders, reading

BOOK_TITLE = "导师记录本 · 丁一鼎／裴小盼 · {classes} · 江城市青竹小学"


@pytest.fixture(scope="module")
def full() -> bytes:
    return render_record_book(builders.two_classes())


def test_a_book_of_17_pupils_of_two_classes_has_a_cover_a_roster_and_a_page_per_pupil(full: bytes) -> None:
    names = [reading.squeezed(pupil.name) for pupil in builders.two_classes().pupils]
    marks = [(reading.squeezed(title), number) for title, number in reading.bookmarks(full)]
    assert marks == [("封面", 1), ("学生名册", 3), *[(name, 4 + index) for index, name in enumerate(names)]]
    assert len(reading.page_texts(full)) == 20


def test_the_cover_carries_the_lines_of_the_annex(full: bytes) -> None:
    assert reading.page_texts(full)[0] == (
        "人人都有“好朋友”老师【导师记录本】班级：五<6>五<5>导师姓名：丁一鼎／裴小盼学生人数：17人江城市青竹小学2026年9月-2027年6月"
    )


def test_the_cover_prints_on_its_own_leaf(full: bytes) -> None:
    assert reading.page_texts(full)[1] == ""


def test_the_roster_has_the_annex_columns_the_classes_and_every_name(full: bytes) -> None:
    page = reading.page_texts(full)[2]
    head = "序号学生姓名家长联系电话学生情况简述一次家访（完成打√）一次谈心（完成打√）一次反馈（完成打√）上下上下上下"
    assert page.count(head) == 1
    assert (page.count("五<6>13人"), page.count("五<5>4人")) == (1, 1)
    for pupil in builders.two_classes().pupils:
        assert page.count(reading.squeezed(pupil.name)) == 1
    done = sum(tick.done for pupil in builders.two_classes().pupils for part in pupil.ticks for tick in part)
    assert page.count("√") == done + 4  # Three headings and the legend.


def test_pages_are_numbered_and_headed_with_mentor_and_class(full: bytes) -> None:
    for number, page in enumerate(reading.page_texts(full)[2:], start=3):
        assert page.count(f"第{number}页·共20页") == 1
        assert page.count("导师丁一鼎／裴小盼五<6>五<5>") == 1


def test_the_book_is_sound_tagged_and_named(full: bytes, tmp_path: Path) -> None:
    reading.assert_sound(full, tmp_path, title=BOOK_TITLE.format(classes="五<6>　五<5>"))


def test_only_the_printing_fonts_are_used(full: bytes) -> None:
    assert sorted(reading.fonts(full)) == [
        "LXGW-WenKai",
        "Noto-Sans-CJK-SC",
        "Noto-Serif-CJK-SC",
        "Noto-Serif-CJK-SC-Bold",
    ]


def test_the_tags_are_read_in_the_order_of_the_page(tmp_path: Path) -> None:
    spoken = reading.spoken(render_record_book(builders.book((builders.pupil("沈䶮", "五<6>"),))), tmp_path)
    pupil = spoken[spoken.index("一生一表记录") :]
    assert pupil == reading.squeezed(
        "一生一表记录学生姓名：沈䶮班级：五<6>学生情况：乐于助人，喜欢画画；数学应用题需要多鼓励"
        "一次家访第一学期2026年8月25日（周二）上门结果：已完成参加：丁一鼎、郭小红家长：母亲约定：每天亲子阅读二十分钟回访：2026年9月25日（周五）"
        f"{builders.VISIT_TEXT}第二学期日期：年月日"
        f"一次谈心第一学期2026年11月9日（周一）考试前形式：面对面地点：操场策略：学业辅导、心理疏导家校沟通：已联系家长{builders.TALK_TEXT}第二学期日期：年月日"
        f"一次反馈第一学期2027年1月18日（周一）成长寄语{builders.BODY}丁一鼎裴小盼第二学期日期：年月日"
    )


def test_rare_characters_copy_out_as_they_were_typed(full: bytes, tmp_path: Path) -> None:
    printed = reading.printed(full, tmp_path)
    for name in ("沈䶮", "柳㛃", "顾𬱖", "程𫖯"):
        assert printed.count(name) >= 2


def test_an_empty_book_still_has_fifteen_rows_and_pages_for_handwriting(tmp_path: Path) -> None:
    empty = dataclasses.replace(builders.book(blank_pages=2), mentors=(), class_labels=())
    pdf = render_record_book(empty)
    pages = reading.page_texts(pdf)
    assert pages[0].count("导师姓名：学生人数：江城市青竹小学") == 1
    numbers = "".join(str(number) for number in range(1, 16))
    assert pages[2].count(numbers) == 1
    blank = "一生一表记录学生姓名：班级：" + "".join(
        f"一次{title}第一学期日期：年月日第二学期日期：年月日" for title in ("家访", "谈心", "反馈")
    )
    assert [page.count(blank) for page in pages] == [0, 0, 0, 1, 1]
    assert pages[2].count("√") == 4


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
    ticks = ((Tick(done=True, on=date(2026, 9, 3)),), (Tick(required=False),), (Tick(),))
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
        dataclasses.replace(talk_entry(on=None, text="不该印出来"), restricted=True)


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


def test_several_books_become_one_file_with_their_own_page_numbers(tmp_path: Path) -> None:
    books = [builders.book((builders.pupil(name, "五<6>"),)) for name in ("丁小满", "方一诺")]
    pdf = render_record_books(books, title="五<6> 导师记录本")
    pages = reading.page_texts(pdf)
    assert len(pages) == 8
    assert [page.count("第4页·共4页") for page in pages] == [0, 0, 0, 1, 0, 0, 0, 1]
    assert reading.bookmarks(pdf) == [
        ("封面", 1), ("学生名册", 3), ("丁小满", 4), ("封面", 5), ("学生名册", 7), ("方一诺", 8),
    ]  # fmt: skip
    assert reading.spoken(pdf, tmp_path) == "".join(
        reading.spoken(render_record_book(book), tmp_path) for book in books
    )
    reading.assert_sound(pdf, tmp_path, title="五<6> 导师记录本")


def test_a_logo_is_printed_on_the_cover() -> None:
    school = dataclasses.replace(builders.SCHOOL, logo=builders.logo())
    pdf = render_record_book(builders.book(school=school))
    assert len(reading.reader(pdf).pages[0].images) == 1
