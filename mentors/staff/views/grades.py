"""The school's grades: what it calls them, and a grade more."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.saving import form_saved, show_form
from mentors.staff.forms.grades import GradeNamesForm, NewGradeForm
from mentors.staff.services.grades import add_grade, name_grades
from schools.queries import grades_of, schools_visible_to


@form_for(Role.SCHOOL_ADMIN)
def grades(request: ActorRequest) -> HttpResponse:
    """What the school calls its grades; saved, the page comes back."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to(actor), actor, pk=actor.school_id)
    form = GradeNamesForm(school, grades_of(school), request.POST or None)
    if form_saved(form, lambda: name_grades(actor=actor, school=school, names=form.names())):
        messages.success(request, "年级的叫法已保存。")
        return redirect("manage:grades")
    return show_form(request, "staff/manage/grades.html", form, school=school)


@form_for(Role.SCHOOL_ADMIN)
def new_grade(request: ActorRequest) -> HttpResponse:
    """A grade more."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to(actor), actor, pk=actor.school_id)
    form = NewGradeForm(school, grades_of(school), request.POST or None)
    saved = form_saved(form, lambda: add_grade(actor=actor, school=school, **form.cleaned_data))
    if saved:
        messages.success(request, f"已增加{saved.value.name}。方案还不含这个年级，需要时请到“方案”里加上。")
        return redirect("manage:grades")
    return show_form(request, "staff/manage/new_grade.html", form)
