"""What a school says of itself: its name, and whom one calls in need."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.saving import form_saved, show_form
from records.setup.forms.school import SchoolForm
from records.setup.services.school import KEEPERS, change_school
from schools.queries import schools_visible_to


@form_for(*KEEPERS)
def school_page(request: ActorRequest) -> HttpResponse:
    """The form; saved, it comes back."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to(actor), actor, pk=actor.school_id)
    initial = {"name": school.name, "emergency_card": school.emergency_card}
    form = SchoolForm(request.POST or None, initial=initial)
    if form_saved(form, lambda: change_school(actor=actor, school=school, **form.cleaned_data)):
        messages.success(request, "学校信息已保存。")
        return redirect("setup:school")
    return show_form(request, "setup/school.html", form, card=school.emergency_card)
