"""导师记录本: cover, roster table, one page per pupil (Guyi plan, annex 1), A4 for double-sided print."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from core.pdf import Manuscript, manuscript, set_pdf
from core.pdfpages import merge_pdfs
from records.contexts import (
    BookPupil,
    Column,
    Entry,
    RecordBook,
    Tick,
    day,
    paragraphs,
    short_day,
)

#: The annex prints fifteen rows, the most pupils a mentor has in principle.
ROSTER_ROWS = 15
#: What a pupil's page can hold, in millimetres, as `record_book.css` sets it. Only used to share out the ruled
#: lines, so that a page with little text is filled for handwriting and not one line over: estimates are enough.
PAGE_HEIGHT = 258.0 - 21.5
SUMMARY_LINE = 5.5
SECTION_HEIGHT = 12.1
SLOT_HEIGHT, EMPTY_SLOT_HEIGHT = 9.2, 10.7
FACT_LINE = 4.7
TEXT_LINE = 5.65
RULE_HEIGHT = 7.5
TEXT_MEASURE = 45
FACT_MEASURE = 52
SUMMARY_MEASURE = 47
#: Fewer lines are no room to write, more are waste.
LEAST_LINES, MOST_LINES = 2, 12


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
class _Note:
    entry: Entry
    date: str
    facts: tuple[tuple[str, str], ...]
    text: tuple[str, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Slot:
    label: str
    notes: tuple[_Note, ...]
    lines: int
    required: bool


@dataclass(frozen=True, slots=True)
class _Section:
    title: str
    slots: tuple[_Slot, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    pupil: BookPupil | None
    anchor: str
    sections: tuple[_Section, ...]


def book_manuscript(book: RecordBook) -> Manuscript:
    """The manuscript of one mentor's record book.

    Raises ValueError if a pupil's ticks or entries do not fit the book's columns.
    """
    mentors = "／".join(book.mentors)
    return manuscript(
        "documents/record_book.html",
        _view(book),
        title=f"{book.subtitle} · {mentors or '（空白）'} · {'　'.join(book.class_labels)} · {book.school.name}",
        author=book.school.name,
        stylesheets=("record_book.css",),
        assets=book.school.assets,
        recolour=book.school.recolour,
    )


def render_record_book(book: RecordBook) -> bytes:
    """Return the PDF of one mentor's record book. Raises ValueError as `book_manuscript` does."""
    return set_pdf(book_manuscript(book))


def render_record_books(books: Sequence[RecordBook], *, title: str = "导师记录本") -> bytes:
    """Return several books as one PDF, each with its own page numbers and on leaves of its own."""
    return merge_pdfs([render_record_book(book) for book in books], title=title, each_on_a_leaf=True)


def _view(book: RecordBook) -> dict[str, object]:
    for pupil in book.pupils:
        _check_shape(book.columns, pupil)
    periods = sum(len(column.periods) for column in book.columns)
    groups = _groups(book)
    rows = sum(len(group.rows) for group in groups)
    return {
        "book": book,
        "school": book.school,
        "mentors": "／".join(book.mentors),
        "classes": "　".join(book.class_labels),
        "count": len(book.pupils) if book.pupil_count is None and book.pupils else book.pupil_count,
        "groups": groups,
        "divided": any(len(column.periods) > 1 for column in book.columns),
        "starts": [index == 0 for column in book.columns for index, _ in enumerate(column.periods)],
        "tick_class": f"ticks-{min(periods, 6)}",
        "width": 4 + periods,
        "dense": rows + len(groups) > ROSTER_ROWS + 1,
        "pages": _pages(book),
    }


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
        ticks = pupil.ticks[index] if pupil.ticks else (Tick(),) * len(column.periods)
        for position, tick in enumerate(ticks):
            mark = "√" if tick.done else "" if tick.required else "—"
            cells.append(_Cell(mark, short_day(tick.on) if tick.done else "", position == 0))
    return tuple(cells)


def _pages(book: RecordBook) -> tuple[_Page, ...]:
    pages = [
        _Page(pupil, f"p{number}", _sections(book.columns, pupil)) for number, pupil in enumerate(book.pupils, start=1)
    ]
    blank = BookPupil(name="", class_label="")
    pages.extend(_Page(None, f"b{number}", _sections(book.columns, blank)) for number in range(book.blank_pages))
    return tuple(pages)


def _sections(columns: Sequence[Column], pupil: BookPupil) -> tuple[_Section, ...]:
    blank = tuple(((),) * len(column.periods) for column in columns)
    entries = pupil.entries or blank
    lines = _free_lines(columns, pupil, entries)
    sections = []
    for index, column in enumerate(columns):
        slots = []
        for position, period in enumerate(column.periods):
            required = not pupil.ticks or pupil.ticks[index][position].required
            notes = tuple(map(_note, entries[index][position]))
            slots.append(_Slot(period.label, notes, column.lines or lines, required))
        sections.append(_Section(column.title, tuple(slots)))
    return tuple(sections)


def _free_lines(
    columns: Sequence[Column],
    pupil: BookPupil,
    entries: Sequence[Sequence[Sequence[Entry]]],
) -> int:
    """Return how many ruled lines each empty period gets so that the page is full."""
    used = len(columns) * SECTION_HEIGHT + _rows(pupil.summary, SUMMARY_MEASURE) * SUMMARY_LINE
    empty = 0
    for column in entries:
        for period in column:
            if period:
                used += sum(SLOT_HEIGHT + _note_height(entry) for entry in period)
            else:
                used += EMPTY_SLOT_HEIGHT
                empty += 1
    if not empty:
        return LEAST_LINES
    return max(LEAST_LINES, min(MOST_LINES, int((PAGE_HEIGHT - used) / empty / RULE_HEIGHT)))


def _note_height(entry: Entry) -> float:
    facts = "　".join(f"{label}：{value}" for label, value in entry.facts if value)
    height = _rows(facts, FACT_MEASURE) * FACT_LINE
    texts = [*paragraphs(entry.text), *paragraphs(entry.advice)]
    height += sum(_rows(f"　　{line}", TEXT_MEASURE) for line in texts) * TEXT_LINE
    return height + TEXT_LINE * (bool(entry.signature) + bool(entry.advice) + entry.restricted)


def _rows(text: str, measure: int) -> int:
    return -(-len(text) // measure)


def _note(entry: Entry) -> _Note:
    facts = tuple((label, value) for label, value in entry.facts if value)
    return _Note(entry, day(entry.on), facts, paragraphs(entry.text), paragraphs(entry.advice))
