"""学期报告 on paper: A4 portrait, part by part, with the school's own words between the figures."""

from typing import Final

from core.clock import cn_full_day
from core.pdf import Manuscript, manuscript
from records.settling.contexts import TermReport

#: A table of more columns is set smaller.
WIDE: Final = 5


def report_manuscript(report: TermReport) -> Manuscript:
    """The manuscript of one term's report."""
    return manuscript(
        "settling/documents/term_report.html",
        {"report": report, "school": report.school, "date": cn_full_day(report.on), "wide": WIDE},
        title=f"{report.title} · {report.school.name}",
        author=report.school.name,
        stylesheets=("term_report.css",),
        assets=report.school.assets,
        recolour=report.school.recolour,
    )
