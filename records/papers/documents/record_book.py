"""导师记录本: cover, roster table, one page per pupil (Guyi plan, annex 1), A4 for double-sided print."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from core.pdf import Manuscript, manuscript, set_pdf
from core.qr import qr_square
from records.contexts import (
    BookPupil,
    BookVersion,
    Column,
    Entry,
    PaperTick,
    RecordBook,
    day,
    paragraphs,
    short_day,
)
from schools.enums import ActionKind

#: The annex prints fifteen rows, the most pupils a mentor has in principle.
ROSTER_ROWS = 15
#: Up to this many rows, those of class names included, the roster is set close to stay on one page.
DENSE_ROWS = 20
#: What a pupil's page can hold below its two lines of heading, in millimetres, as `record_book.css` sets it. Only used
#: to share out the ruled lines, so that a page with little text is filled for handwriting and not one line over:
#: estimates are enough.
PAGE_HEIGHT = 258.0 - 23.0
SUMMARY_LINE = 5.4
SECTION_HEIGHT = 11.6
HEAD_LINE, HEAD_SPACE = 5.4, 2.4
DETAIL_LINE = 5.1
TEXT_LINE = 5.9
RULE_HEIGHT, RULES_SPACE = 8.0, 1.0
TEXT_MEASURE = 44
DETAIL_MEASURE = 52
SUMMARY_MEASURE = 48
#: Fewer lines are no room to write, more are waste.
LEAST_LINES, MOST_LINES = 2, 12
#: Lines of the cover that are set smaller, and classes that the running head counts instead of naming.
LONG_LINE, LONG_TITLE, LONGEST_TITLE, LONGEST_SUBTITLE = 24, 12, 30, 16
MANY_CLASSES = 3
DATE_BY_HAND = "日期：　　　　年　　　月　　　日"
#: What else a period for handwriting asks for.
BY_HAND = {ActionKind.VISIT: "　　形式：", ActionKind.TALK: "　　地点：", ActionKind.LETTER: ""}
NOTHING_YET = "还没有记录"
NOT_REQUIRED = "按方案不作要求"
RESTRICTED = "有一条受限记录"
LEGEND = "√ 已完成（下为日期）　空格 待完成　— 按方案不作要求"
BY_HAND_LEGEND = "每完成一次，请在相应的格里打√，并写上日期。"


@dataclass(frozen=True, slots=True)
class _Cell:
    mark: str
    date: str
    first: bool


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    pupil: BookPupil | None
    cells: tuple[_Cell, ...]


@dataclass(frozen=True, slots=True)
class _Group:
    label: str
    count: int
    rows: tuple[_Row, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """A heading with what stands below it; `begins` a period of the plan. `lines` are ruled."""

    head: str
    begins: bool
    details: str = ""
    text: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    signature: str = ""
    lines: int = 0


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    blocks: tuple[_Block, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    pupil: BookPupil | None
    sections: tuple[_Section, ...]


def book_manuscript(book: RecordBook) -> Manuscript:
    """The manuscript of one mentor's record book.

    Raises ValueError if a pupil's ticks or entries do not fit the book's columns.
    """
    mentors = "／".join(book.mentors)
    return manuscript(
        "papers/documents/record_book.html",
        _view(book),
        title=f"{book.subtitle} · {mentors or '（空白）'} · {'　'.join(book.class_labels)} · {book.school.name}",
        author=book.school.name,
        stylesheets=("record_book.css", "record_book_logo.css") if book.school.logo else ("record_book.css",),
        assets=book.school.assets,
        recolour=book.school.recolour,
    )


def render_record_book(book: RecordBook) -> bytes:
    """Return the PDF of one mentor's record book. Raises ValueError as `book_manuscript` does."""
    return set_pdf(book_manuscript(book))


def _view(book: RecordBook) -> dict[str, object]:
    for pupil in book.pupils:
        _check_shape(book.columns, pupil)
    if book.version == BookVersion.BLANK:
        book = replace(book, pupils=tuple(replace(pupil, ticks=(), entries=()) for pupil in book.pupils))
    periods = sum(len(column.periods) for column in book.columns)
    groups = _groups(book)
    rows = sum(len(group.rows) for group in groups) + (len(groups) if len(groups) > 1 else 0)
    mentors, classes = "／".join(book.mentors), "　".join(book.class_labels)
    box, path = qr_square(book.code_url, 1) if book.code else ("", "")
    return {
        "book": book,
        "code_box": box,
        "code_path": path,
        "school": book.school,
        "head": _running_head(book),
        "small": max(len(mentors), len(classes)) > LONG_LINE,
        "title_class": _title_class(book),
        "legend": BY_HAND_LEGEND if book.version == BookVersion.BLANK else LEGEND,
        "count": len(book.pupils) if book.pupil_count is None and book.pupils else book.pupil_count,
        "groups": groups,
        "divided": any(len(column.periods) > 1 for column in book.columns),
        "starts": [index == 0 for column in book.columns for index, _ in enumerate(column.periods)],
        "tick_class": f"ticks-{min(periods, 6)}",
        "width": 4 + periods,
        "density": "" if rows <= ROSTER_ROWS else "dense" if rows <= DENSE_ROWS else "long",
        "pages": _pages(book),
    }


def _title_class(book: RecordBook) -> str:
    """How the cover's title is set: two lines at most, so that it stays below the drawing."""
    title, subtitle = len(book.title), len(book.subtitle)
    if title > LONGEST_TITLE or subtitle > LONGEST_SUBTITLE:
        return "longest"
    return "long" if max(title, subtitle) > LONG_TITLE else ""


def _running_head(book: RecordBook) -> str:
    """Mentors and classes in one or two short lines at the top of a page."""
    classes = "　".join(book.class_labels)
    if len(book.class_labels) > MANY_CLASSES:
        classes = f"{book.class_labels[0]}等 {len(book.class_labels)} 个班"
    mentors = f"导师 {'／'.join(book.mentors)}" if book.mentors else ""
    return "　".join(part for part in (mentors, classes) if part)


def _check_shape(columns: Sequence[Column], pupil: BookPupil) -> None:
    shape = [len(column.periods) for column in columns]
    for given in (pupil.ticks, pupil.entries):
        if given and [len(part) for part in given] != shape:
            raise ValueError("ticks and entries must follow the columns of the book")


def _groups(book: RecordBook) -> tuple[_Group, ...]:
    """Return the roster rows class by class as given, with blank rows up to fifteen."""
    blank = BookPupil(name="", class_label="")
    groups: list[_Group] = []
    number = 0
    for label, members in groupby(book.pupils, key=lambda pupil: pupil.class_label):
        rows = []
        for pupil in members:
            number += 1
            rows.append(_Row(number, pupil, _cells(book.columns, pupil)))
        groups.append(_Group(label, len(rows), tuple(rows)))
    if number < ROSTER_ROWS:
        rows = [_Row(n, None, _cells(book.columns, blank)) for n in range(number + 1, ROSTER_ROWS + 1)]
        if len(groups) == 1:
            groups = [_Group(groups[0].label, groups[0].count, (*groups[0].rows, *rows))]
        else:
            groups.append(_Group("", 0, tuple(rows)))
    return tuple(groups)


def _cells(columns: Sequence[Column], pupil: BookPupil) -> tuple[_Cell, ...]:
    cells = []
    for index, column in enumerate(columns):
        ticks = pupil.ticks[index] if pupil.ticks else (PaperTick(),) * len(column.periods)
        for position, tick in enumerate(ticks):
            mark = "√" if tick.done else "" if tick.required else "—"
            cells.append(_Cell(mark, short_day(tick.on) if tick.done else "", position == 0))
    return tuple(cells)


def _pages(book: RecordBook) -> tuple[_Page, ...]:
    ruled = book.version != BookVersion.FILLED
    pages = [_Page(pupil, _sections(book.columns, pupil, ruled=ruled)) for pupil in book.pupils]
    count = book.blank_pages
    if book.version == BookVersion.BLANK and not (book.pupils or count):
        count = ROSTER_ROWS
    if count:
        blank = _Page(None, _sections(book.columns, BookPupil(name="", class_label=""), ruled=True))
        pages += [blank] * count
    return tuple(pages)


def _sections(columns: Sequence[Column], pupil: BookPupil, *, ruled: bool) -> tuple[_Section, ...]:
    entries = pupil.entries or tuple(((),) * len(column.periods) for column in columns)
    lines = iter(_free_lines(columns, pupil, entries)) if ruled else iter(())
    sections = []
    for index, column in enumerate(columns):
        blocks: list[_Block] = []
        for position, period in enumerate(column.periods):
            required = not pupil.ticks or pupil.ticks[index][position].required
            notes = entries[index][position]
            blocks += [_note(entry, "" if at else period.label) for at, entry in enumerate(notes)]
            if not notes and required and ruled:
                head = f"{period.label}　{DATE_BY_HAND}{BY_HAND[column.action]}"
                blocks.append(_Block(head, begins=True, lines=column.lines or next(lines)))
            elif not notes:
                blocks.append(_Block(f"{period.label}　{NOTHING_YET if required else NOT_REQUIRED}", begins=True))
        sections.append(_Section(column.title, tuple(blocks)))
    return tuple(sections)


def _note(entry: Entry, label: str) -> _Block:
    return _Block(
        "　".join(part for part in (label, day(entry.on), entry.heading) if part),
        begins=bool(label),
        details=_details(entry),
        text=(RESTRICTED,) if entry.restricted else paragraphs(entry.text),
        advice=paragraphs(entry.advice),
        signature=entry.signature,
    )


def _details(entry: Entry) -> str:
    return "　".join(f"{label}：{value}" for label, value in entry.details if value)


def _free_lines(
    columns: Sequence[Column],
    pupil: BookPupil,
    entries: Sequence[Sequence[Sequence[Entry]]],
) -> list[int]:
    """Return how many ruled lines each empty period gets, in order, so that the page is full."""
    used = len(columns) * SECTION_HEIGHT + _rows(pupil.summary, SUMMARY_MEASURE) * SUMMARY_LINE
    empty = 0
    for column in entries:
        for period in column:
            used += HEAD_SPACE + (sum(map(_note_height, period)) or HEAD_LINE + RULES_SPACE)
            empty += not period
    if not empty:
        return []
    each, more = divmod(max(0, int((PAGE_HEIGHT - used) / RULE_HEIGHT)), empty)
    return [max(LEAST_LINES, min(MOST_LINES, each + (place < more))) for place in range(empty)]


def _note_height(entry: Entry) -> float:
    height = HEAD_LINE + _rows(_details(entry), DETAIL_MEASURE) * DETAIL_LINE
    texts = [*paragraphs(entry.text), *paragraphs(entry.advice)]
    height += sum(_rows(f"　　{line}", TEXT_MEASURE) for line in texts) * TEXT_LINE
    return height + TEXT_LINE * (bool(entry.signature) + bool(entry.advice) + entry.restricted)


def _rows(text: str, measure: int) -> int:
    return -(-len(text) // measure)
