"""班级学期小结: what a class's team did in a term, A4 on one or two pages. Counts and ticks, no text, no ranking."""

from dataclasses import dataclass

from core.pdf import Manuscript, manuscript, set_pdf
from records.contexts import ClassSummary, PaperTick, SummaryAction, SummaryMentor, SummaryPupil, short_day, written_day

#: A team of more mentors than this prints its lines closer together, so that the class fits on two pages.
ROOMY_TEAM = 5


@dataclass(frozen=True, slots=True)
class _Bar:
    action: SummaryAction
    # Of the bar's width, in per cent with one digit behind the point; `percent` is rounded down: 100 means all.
    width: str
    percent: int


@dataclass(frozen=True, slots=True)
class _Cell:
    sign: str
    date: str


@dataclass(frozen=True, slots=True)
class _Team:
    mentor: SummaryMentor
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    pupil: SummaryPupil
    cells: tuple[_Cell, ...]


def class_summary_manuscript(summary: ClassSummary) -> Manuscript:
    """The manuscript of one class's summary. Raises ValueError if figures or ticks do not fit the actions."""
    wide = len(summary.actions)
    if any(len(m.figures) != wide for m in summary.mentors) or any(len(p.ticks) != wide for p in summary.pupils):
        raise ValueError("figures and ticks must follow the actions of the summary")
    face, talks = summary.face_to_face
    return manuscript(
        "papers/documents/class_summary.html",
        {
            "summary": summary,
            "school": summary.school,
            "date": written_day(summary.on),
            "bars": [_bar(action) for action in summary.actions],
            "face_percent": face * 100 // talks if talks else None,
            "team": [_Team(m, tuple(_figure(*f) for f in m.figures)) for m in summary.mentors],
            "close": len(summary.mentors) > ROOMY_TEAM,
            "rows": [_Row(n, p, tuple(map(_cell, p.ticks))) for n, p in enumerate(summary.pupils, start=1)],
            "unmentored": len(summary.pupils) - summary.mentored,
        },
        title=f"班级学期小结 · {summary.class_label} · {summary.term} · {summary.school.name}",
        author=summary.school.name,
        stylesheets=("class_summary.css",),
        assets=summary.school.assets,
        recolour=summary.school.recolour,
    )


def render_class_summary(summary: ClassSummary) -> bytes:
    """Return the PDF of one class's summary. Raises ValueError as `class_summary_manuscript` does."""
    return set_pdf(class_summary_manuscript(summary))


def _bar(action: SummaryAction) -> _Bar:
    if not action.owed:
        return _Bar(action, "0", 0)
    return _Bar(action, f"{action.done * 100 / action.owed:.1f}", action.done * 100 // action.owed)


def _figure(done: int, owed: int) -> str:
    return f"{done} / {owed}" if owed else "—"


def _cell(tick: PaperTick) -> _Cell:
    if not tick.required:
        return _Cell("—", "")
    if tick.done:
        return _Cell("√", short_day(tick.on))
    return _Cell("○", "")
