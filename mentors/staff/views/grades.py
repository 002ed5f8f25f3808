"""The school's grades: what it calls them, a grade more, a grade less."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.errors import DomainError
from core.saving import attempt, form_saved, show_form
from mentors.staff.forms.grades import GradeNamesForm, NewGradeForm
from mentors.staff.services.grades import add_grade, name_grades, remove_grade
from schools.queries import grades_of, grades_visible_to, hanging_on, schools_visible_to


@form_for(Role.SCHOOL_ADMIN)
def grades(request: ActorRequest) -> HttpResponse:
    """What the school calls its grades; saved, the page comes back."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to, actor, pk=actor.school_id)
    form = GradeNamesForm(school, grades_of(school), request.POST or None)
    if form_saved(form, lambda: name_grades(actor=actor, school=school, names=form.names())):
        messages.success(request, "年级的叫法已保存。")
        return redirect("manage:grades")
    return show_form(request, "staff/manage/grades.html", form, school=school)


@form_for(Role.SCHOOL_ADMIN)
def new_grade(request: ActorRequest) -> HttpResponse:
    """A grade more."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to, actor, pk=actor.school_id)
    form = NewGradeForm(school, grades_of(school), request.POST or None)
    saved = form_saved(form, lambda: add_grade(actor=actor, school=school, **form.cleaned_data))
    if saved:
        messages.success(request, f"已增加{saved.value.name}。方案还不含这个年级，需要时请到“方案”里加上。")
        return redirect("manage:grades")
    return show_form(request, "staff/manage/new_grade.html", form)


@form_for(Role.SCHOOL_ADMIN)
def remove(request: ActorRequest, pk: int) -> HttpResponse:
    """Asks before a grade is taken away; says what hangs on it where it cannot."""
    grade = get_visible_or_404(grades_visible_to(request.actor).select_related("school"), request.actor, pk=pk)
    problem: DomainError | None = None
    if request.method == "POST":
        name = grade.name
        done = attempt(lambda: remove_grade(actor=request.actor, grade=grade))
        if not isinstance(done, DomainError):
            messages.success(request, f"已删去{name}。")
            return redirect("manage:grades")
        problem = done
    context = {"grade": grade, "hanging": hanging_on(grade), "problem": problem}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "staff/manage/remove_grade.html", context, status=status)
