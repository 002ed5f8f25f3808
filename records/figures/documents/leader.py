"""领导小组's page on paper, for the meeting: A4, one sheet. Counts; names only of who carries too much."""

import datetime

from core.clock import cn_full_date, cn_full_day
from core.pdf import Manuscript, manuscript, set_pdf
from records.figures.queries.leader import LeaderPage
from schools.contexts import Letterhead


def leader_manuscript(page: LeaderPage, head: Letterhead, on: datetime.date) -> Manuscript:
    """The manuscript of the page as it stands on the day `on`."""
    return manuscript(
        "figures/documents/leader.html",
        {
            "page": page,
            "tally": page.dashboard.tally,
            "school": head,
            "date": cn_full_day(on),
            "coming": [(cn_full_date(one.day), one.what) for one in page.coming],
        },
        title=f"全员导师制情况 · {page.term} · {head.name}",
        author=head.name,
        stylesheets=("leader.css",),
        assets=head.assets,
        recolour=head.recolour,
    )


def leader_pdf(page: LeaderPage, head: Letterhead, on: datetime.date) -> bytes:
    """Return the PDF for the meeting."""
    return set_pdf(leader_manuscript(page, head, on))
