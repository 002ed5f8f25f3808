"""A family says when a home visit would suit; no account, the slip is enough."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.clock import today
from core.errors import DomainError
from records.forms.visits import WishForm
from records.queries.visits import plan_of_slip, wish_of_slip
from records.services.visit_plans import hand_in_wish
from schools.calendar import SchoolCalendar
from students.family import posts_here, private, with_slip
from students.models import FamilySlip


@private
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_slip
def visit(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """The family's wish for this term's visit, open to change; what is agreed stands above it."""
    calendar = SchoolCalendar(opened.school_id, today()).present
    wish = wish_of_slip(opened, calendar.term) if calendar is not None else None
    form = WishForm(request.POST or None, initial={"text": wish.text if wish is not None else ""})
    if request.method == "POST" and request.user.is_authenticated:
        # A teacher who helps with the slip on the own device must not write in the family's place.
        messages.warning(request, "您现在以教师账号登录，不能替家长填写。请用家长的手机打开。")
        return redirect("family:visit", key=opened.key)
    if request.method == "POST" and calendar is not None and form.is_valid():
        try:
            kept = hand_in_wish(slip=opened, term=calendar.term, text=form.cleaned_data["text"])
        except DomainError as error:
            form.add_error("text", error.message)
        else:
            said = "已告诉老师，随时可以回来修改。" if kept is not None else "已撤回。"
            messages.success(request, said)
            return redirect("family:visit", key=opened.key)
    context: dict[str, Any] = {
        "slip": opened,
        "school": opened.school,
        "calendar": calendar,
        "wish": wish,
        "plan": plan_of_slip(opened, calendar.term) if calendar is not None else None,
        "form": form,
    }
    status = 422 if form.is_bound and form.errors else 200
    return posts_here(render(request, "family/visit.html", context, status=status))
