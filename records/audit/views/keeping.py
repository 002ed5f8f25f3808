"""How long 使用记录 is kept."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.saving import form_saved, show_form
from records.audit.forms import KeepingForm
from records.audit.services.keeping import set_audit_months
from schools.queries import schools_visible_to


@form_for(Role.SCHOOL_ADMIN)
def keeping(request: ActorRequest) -> HttpResponse:
    """The form; saved, it leads back to the lines."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to, actor, pk=actor.school_id)
    form = KeepingForm(request.POST or None, initial={"months": school.audit_months})
    if form_saved(form, lambda: set_audit_months(actor=actor, school=school, months=form.cleaned_data["months"])):
        messages.success(request, f"使用记录保留 {school.audit_months} 个月。")
        return redirect("audit:lines")
    return show_form(request, "audit/keeping.html", form)
