"""记录本收发登记表: the list by which the record books are issued, collected and checked (Guyi plan 四(四)2), A4.

What is recorded is printed, what is not stays blank: the same list serves for doing it by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from core.pdf import Manuscript, manuscript, set_pdf
from records.contexts import BookClass, BookGrade, BookLine, BookList, short_day

#: A class with more books is divided, so that its lines with the class beside them fit on a page.
TOGETHER = 12


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    line: BookLine
    issued: str
    collected: str
    checked: str


@dataclass(frozen=True, slots=True)
class _Group:
    label: str
    continued: bool
    lines: tuple[_Line, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    grade: BookGrade
    books: int
    pupils: int
    groups: tuple[_Group, ...]


def book_list_manuscript(books: BookList) -> Manuscript:
    """The manuscript of the list. Raises ValueError without a book."""
    pages = tuple(page for page in map(_page, books.grades) if page.books)
    if not pages:
        raise ValueError("no book to list")
    return manuscript(
        "papers/documents/book_list.html",
        {"books": books, "school": books.school, "pages": pages},
        title=f"{books.title} · {books.term} · {books.school.name}",
        author=books.school.name,
        stylesheets=("book_list.css",),
        assets=books.school.assets,
        recolour=books.school.recolour,
    )


def render_book_list(books: BookList) -> bytes:
    """Return the PDF of the list, each grade on a page of its own. Raises ValueError without a book."""
    return set_pdf(book_list_manuscript(books))


def _page(grade: BookGrade) -> _Page:
    groups = tuple(_groups(grade.classes))
    lines = [line.line for group in groups for line in group.lines]
    return _Page(grade, len(lines), sum(line.pupils for line in lines), groups)


def _groups(classes: tuple[BookClass, ...]) -> Iterator[_Group]:
    number = 0
    for part in classes:
        for start in range(0, len(part.lines), TOGETHER):
            lines = []
            for line in part.lines[start : start + TOGETHER]:
                number += 1
                lines.append(_printed(number, line))
            yield _Group(part.label, start > 0, tuple(lines))


def _printed(number: int, line: BookLine) -> _Line:
    return _Line(number, line, short_day(line.issued_on), short_day(line.collected_on), short_day(line.checked_on))
