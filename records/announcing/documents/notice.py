"""An announcement 公告 on paper, A4: title and text, the school and the day; below, if asked, a receipt to tear off."""

from core.clock import cn_full_day
from core.pdf import Manuscript, manuscript, set_pdf
from records.announcing.contexts import NoticePaper


def notice_manuscript(paper: NoticePaper) -> Manuscript:
    """The manuscript of one announcement."""
    return manuscript(
        "announcing/documents/notice.html",
        {"paper": paper, "school": paper.school, "date": cn_full_day(paper.on)},
        title=f"{paper.title} · {paper.school.name}",
        author=paper.school.name,
        stylesheets=("notice.css",),
        assets=paper.school.assets,
        recolour=paper.school.recolour,
    )


def render_notice(paper: NoticePaper) -> bytes:
    """Return the PDF of one announcement."""
    return set_pdf(notice_manuscript(paper))
