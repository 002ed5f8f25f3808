"""意向征询表: the paper form on which pupils without a phone rank mentors, one per pupil, cut from A4 sheets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.pdf import manuscript, set_pdf
from core.text import to_chinese
from schools.contexts import Letterhead

#: Up to so many mentors fit on half a page beside the boxes; more take a page for each pupil.
HALF_PAGE = 14
#: What a card says first is cut here, so that the list keeps its height.
LINE = 36


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
    per_page = 2 if len(ballot.mentors) <= HALF_PAGE else 1
    pupils = list(ballot.pupils)
    # Beside each other in two columns once one column would be too long.
    columns = 2 if len(ballot.mentors) > HALF_PAGE // 2 else 1
    half = -(-len(ballot.mentors) // columns)
    mentors = [replace(m, line=m.line if len(m.line) <= LINE else f"{m.line[: LINE - 1]}…") for m in ballot.mentors]
    paper = manuscript(
        "documents/ballot.html",
        {
            "ballot": ballot,
            "pages": [pupils[i : i + per_page] for i in range(0, len(pupils), per_page)],
            "per_page": per_page,
            "columns": [mentors[i : i + half] for i in range(0, len(mentors), half)],
            "ranks": [f"第{to_chinese(rank)}志愿" for rank in range(1, ballot.max_choices + 1)],
        },
        title=f"意向征询表 · {ballot.class_label}",
        author=ballot.school.name,
        stylesheets=("ballot.css",),
        assets=ballot.school.assets,
        recolour=ballot.school.recolour,
    )
    return set_pdf(paper)
