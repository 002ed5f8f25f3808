"""What a school says of itself: its name, whom one calls in need, and which modules it uses."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.saving import form_saved, show_form
from records.setup.forms.modules import ModulesForm
from records.setup.forms.school import SchoolForm
from records.setup.services.school import KEEPERS, change_school, choose_modules
from schools.queries import schools_visible_to


@form_for(*KEEPERS)
def school_page(request: ActorRequest) -> HttpResponse:
    """The form; saved, it comes back."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to, actor, pk=actor.school_id)
    initial = {"name": school.name, "emergency_card": school.emergency_card, "began_on": school.began_on}
    form = SchoolForm(request.POST or None, initial=initial, today=actor.today)
    if form_saved(form, lambda: change_school(actor=actor, school=school, **form.cleaned_data)):
        messages.success(request, "学校信息已保存。")
        return redirect("setup:school")
    return show_form(request, "setup/school.html", form, card=school.emergency_card)


@form_for(*KEEPERS)
def modules(request: ActorRequest) -> HttpResponse:
    """What the school uses; what it does not use is gone from the pages of everybody at once."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to, actor, pk=actor.school_id)
    data = request.POST if request.method == "POST" else None
    form = ModulesForm(data, initial={"modules": school.modules})
    if form_saved(form, lambda: choose_modules(actor=actor, school=school, modules=form.chosen())):
        messages.success(request, "已保存。不用的模块已经从所有页面上收起，内容都还在，随时可以再用。")
        return redirect("setup:modules")
    return show_form(request, "setup/modules.html", form)
