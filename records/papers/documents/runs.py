"""Papers of several designs in one order: set together as far as they are alike, then put together again."""

from collections.abc import Callable, Sequence
from itertools import groupby

from core.pdf import Manuscript, set_pdf
from records.contexts import Letter


def runs_of(letters: Sequence[Letter]) -> list[list[Letter]]:
    """`letters` in their order, cut where the design, or the school's colour, changes."""
    return [list(run) for _look, run in groupby(letters, key=lambda one: (one.design, one.school.colour))]


def set_runs(letters: Sequence[Letter], write: Callable[[Sequence[Letter]], Manuscript], *, title: str) -> bytes:
    """One PDF called `title` of all `letters`, in their order; `write` makes the manuscript of a run."""
    from core.pdfpages import merge_pdfs

    parts = [set_pdf(write(run)) for run in runs_of(letters)]
    return parts[0] if len(parts) == 1 else merge_pdfs(parts, title=title)
