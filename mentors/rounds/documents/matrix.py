"""导师匹配表: the matrix of a grade (Guyi plan, 四(二): classes across, their team below) and each class's list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from core.pdf import manuscript, set_pdf
from schools.contexts import Letterhead

#: So many classes stand side by side, so many mentors of a class; further ones follow below.
CLASSES_ACROSS = 10
MENTORS_ACROSS = 6
#: So many pupils stand below each other on a page.
ROWS_DOWN = 18


@dataclass(frozen=True, slots=True)
class MatrixMentor:
    """A mentor of a class: the names of all who share the slot, and the class's pupils with their seat numbers."""

    names: str
    pupils: Sequence[tuple[int | None, str]] = ()
    is_leader: bool = False
    # Where a mentor of another class takes pupils of this one: that class.
    from_class: str = ""


@dataclass(frozen=True, slots=True)
class MatrixClass:
    """A column of the matrix, and a page of its own: the team, and who has no mentor yet."""

    label: str
    size: int
    mentors: Sequence[MatrixMentor] = ()
    open: Sequence[tuple[int | None, str]] = ()


@dataclass(frozen=True, slots=True)
class Matrix:
    """The paper of a grade, or of one class alone (then without the grid of classes)."""

    school: Letterhead
    title: str
    date: str
    classes: Sequence[MatrixClass] = ()
    with_grid: bool = True


@dataclass(frozen=True, slots=True)
class _Row:
    title: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Block:
    """Classes side by side: their labels, sizes, and a row per place in the team."""

    classes: tuple[MatrixClass, ...]
    rows: tuple[_Row, ...]


@dataclass(frozen=True, slots=True)
class _Columns:
    """Mentors side by side with their pupils beneath."""

    mentors: tuple[MatrixMentor, ...]
    rows: tuple[tuple[tuple[int | None, str] | None, ...], ...]


def render_matrix(matrix: Matrix) -> bytes:
    """The PDF: the matrix of the grade on a page, then a page for each class. Raises ValueError without classes."""
    if not matrix.classes:
        raise ValueError("no class to print")
    across = range(0, len(matrix.classes), CLASSES_ACROSS)
    blocks = [_block(tuple(matrix.classes[at : at + CLASSES_ACROSS])) for at in across]
    pages = [(c, tuple(_columns(c))) for c in matrix.classes]
    paper = manuscript(
        "rounds/documents/matrix.html",
        {
            "matrix": matrix,
            "blocks": blocks if matrix.with_grid else [],
            "pages": pages,
            "pupils": sum(c.size for c in matrix.classes),
            "slots": len({m.names for c in matrix.classes for m in c.mentors if not m.from_class}),
        },
        title=f"{matrix.title} · {matrix.school.name}",
        author=matrix.school.name,
        stylesheets=("matrix.css",),
        assets=matrix.school.assets,
        recolour=matrix.school.recolour,
    )
    return set_pdf(paper)


def _block(classes: tuple[MatrixClass, ...]) -> _Block:
    leaders = [" ".join(m.names for m in c.mentors if m.is_leader) for c in classes]
    others = [[m.names for m in c.mentors if not m.is_leader and not m.from_class] for c in classes]
    rows = [_Row("导师团长", tuple(leaders))]
    rows += [_Row("导师", cells) for cells in zip_longest(*others, fillvalue="")]
    return _Block(classes, tuple(rows))


def _columns(school_class: MatrixClass) -> Iterator[_Columns]:
    # Pupils of none stand in a column of their own, so that a class's list is whole.
    left = [
        MatrixMentor("还没有导师" if not at else "（续）", school_class.open[at : at + ROWS_DOWN])
        for at in range(0, len(school_class.open), ROWS_DOWN)
    ]
    mentors_and_rest = (*school_class.mentors, *left)
    for at in range(0, len(mentors_and_rest), MENTORS_ACROSS):
        mentors = mentors_and_rest[at : at + MENTORS_ACROSS]
        yield _Columns(mentors, tuple(zip_longest(*(m.pupils for m in mentors))))
