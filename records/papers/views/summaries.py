"""Papers of one class that show ticks and counts alone."""

from django.http import HttpResponse

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, page_for
from accounts.services import audit
from core.unprintable import said_first
from records.office.views.dashboard import WATCHERS, calendar_of_year, class_or_stop
from records.papers.documents.class_summary import render_class_summary
from records.papers.queries.class_summary import class_summary
from records.papers.queries.unprintable import in_summary
from records.papers.views.orders import pdf_response


@page_for(Role.HOMEROOM, *WATCHERS)
def summary(request: ActorRequest, pk: int) -> HttpResponse:
    """班级学期小结 for whoever may open the class's page: 德育室, 领导小组, the class's own homeroom teacher."""
    found = class_or_stop(request, pk, *WATCHERS)
    calendar = calendar_of_year(request, found.year)
    context = class_summary(request.actor, calendar, found)
    if stop := said_first(request, in_summary(context)):
        return stop
    audit(
        actor=request.actor,
        verb="print_class_summary",
        target=found,
        kind=AuditKind.READ,
        detail={"term": calendar.term.number, "pupils": len(context.pupils)},
    )
    return pdf_response(render_class_summary(context), f"{found.code}-{calendar.term}-学期小结.pdf")
