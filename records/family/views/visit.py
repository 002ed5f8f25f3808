"""A family says when a home visit would suit; no account, the slip is enough."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from core.clock import today
from core.saving import form_saved, show_form
from records.desk.forms.visits import WishForm
from records.desk.queries.visits import plan_of_slip, wish_of_slip
from records.desk.services.visit_plans import hand_in_wish
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
    if calendar is not None and (
        done := form_saved(form, lambda: hand_in_wish(slip=opened, term=calendar.term, text=form.cleaned_data["text"]))
    ):
        said = "已告诉老师，随时可以回来修改。" if done.value is not None else "已撤回。"
        messages.success(request, said)
        return redirect("family:visit", key=opened.key)
    plan = plan_of_slip(opened, calendar.term) if calendar is not None else None
    context = {"slip": opened, "school": opened.school, "calendar": calendar, "wish": wish, "plan": plan}
    return posts_here(show_form(request, "family/visit.html", form, **context))
