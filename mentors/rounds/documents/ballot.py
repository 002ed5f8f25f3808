"""意向征询表: the paper form on which pupils without a phone rank mentors, one per pupil, cut from A4 sheets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from core.pdf import manuscript, set_pdf
from core.text import to_chinese
from schools.contexts import Letterhead

#: What a card says first is cut here: the list is for finding a number, the card itself says more.
LINE: Final = 36
#: From so many mentors on they stand in two columns.
TWO_COLUMNS: Final = 8
#: What `ballot.css` gives the list, in millimetres, only used to see whether half a page holds it: estimates that err
#: on the large side are enough.
HALF_PAGE: Final = 79.0
RANKS: Final = 17.5
RANKS_ACROSS: Final = 3
NAME, WORD, GAP = 4.3, 3.1, 2.0
ONE_COLUMN, TWO_COLUMN = 168.0, 78.0
MENTOR, MENTOR_LINE = 2.0, 5.2


@dataclass(frozen=True, slots=True)
class BallotMentor:
    """A line of the list: number, name, subject and what the card says first."""

    number: int
    names: str
    subject: str
    line: str


@dataclass(frozen=True, slots=True)
class BallotPupil:
    """Whose form it is."""

    name: str
    seat: int | None


@dataclass(frozen=True, slots=True)
class Ballot:
    """The forms of one class."""

    school: Letterhead
    title: str
    class_label: str
    until: str
    max_choices: int
    mentors: Sequence[BallotMentor]
    pupils: Sequence[BallotPupil]


def render_ballots(ballot: Ballot) -> bytes:
    """The PDF: a form for each pupil in the order given, two to an A4 page while the list is short.

    Raises ValueError without pupils or mentors.
    """
    if not ballot.pupils or not ballot.mentors:
        raise ValueError("nothing to print")
    mentors = [replace(m, line=m.line if len(m.line) <= LINE else f"{m.line[: LINE - 1]}…") for m in ballot.mentors]
    columns = 2 if len(mentors) >= TWO_COLUMNS else 1
    per_page = 2 if _fits_half(mentors, columns, ballot.max_choices) else 1
    pupils = list(ballot.pupils)
    paper = manuscript(
        "rounds/documents/ballot.html",
        {
            "ballot": ballot,
            "pages": [pupils[i : i + per_page] for i in range(0, len(pupils), per_page)],
            "per_page": per_page,
            "rank_rows": _rank_rows(ballot.max_choices),
            "columns": columns,
            "mentors": mentors,
            "ranks": [f"第{to_chinese(rank)}志愿" for rank in range(1, ballot.max_choices + 1)],
        },
        title=f"意向征询表 · {ballot.class_label}",
        author=ballot.school.name,
        stylesheets=("ballot.css",),
        assets=ballot.school.assets,
        recolour=ballot.school.recolour,
    )
    return set_pdf(paper)


def _fits_half(mentors: Sequence[BallotMentor], columns: int, ranks: int) -> bool:
    measure = TWO_COLUMN if columns == 2 else ONE_COLUMN
    heights = [MENTOR + MENTOR_LINE * ceil(_width(m) / measure) for m in mentors]
    # Columns are balanced: the longer one is at most half an entry over the half.
    column = sum(heights) / columns + (max(heights) / 2 if columns == 2 else 0)
    return column <= HALF_PAGE - RANKS * (_rank_rows(ranks) - 1)


def _rank_rows(ranks: int) -> int:
    return ceil(ranks / RANKS_ACROSS)


def _width(mentor: BallotMentor) -> float:
    return len(mentor.names) * NAME + (len(mentor.subject) + len(mentor.line)) * WORD + 2 * GAP
