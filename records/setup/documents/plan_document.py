"""方案全文: the school's plan as it is handed on, A4: title page, contents with what the plan comes to, the parts."""

from core.clock import cn_full_day
from core.pdf import Manuscript, manuscript
from records.setup.contexts import PlanPaper
from records.setup.enums import DocumentPart

#: Of a title so long the letters are smaller.
LONG_TITLE = 18


def plan_manuscript(paper: PlanPaper) -> Manuscript:
    """The manuscript of one version."""
    # 全员导师制工作实施方案（试行稿）: what is in brackets stands below.
    title, bracket, more = paper.title.partition("（")
    return manuscript(
        "setup/documents/plan_document.html",
        {
            "paper": paper,
            "school": paper.school,
            "title": title or paper.title,
            "more": f"{bracket}{more}" if title else "",
            "is_long": len(title) > LONG_TITLE,
            "date": cn_full_day(paper.on),
            "part": {part.name: part for part in DocumentPart},
        },
        title=f"{paper.title} · {paper.school.name}",
        author=paper.school.name,
        stylesheets=("plan_document.css",),
        assets=paper.school.assets,
        recolour=paper.school.recolour,
    )
