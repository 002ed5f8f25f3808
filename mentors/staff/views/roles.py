"""Roles by list: who holds which, given to several at once, and somebody acting 代理 for a holder on leave."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404, page_for
from accounts.services import NewGrant, act_for, grant_roles
from core.days import Days
from core.saving import form_saved, show_form
from mentors.staff.forms.manage import ActingForm, ManyRolesForm
from mentors.staff.queries.roles import colleagues, grants_of_school, roles_of_school
from mentors.staff.views.accounts import chosen_of
from schools.days import year_days


@page_for(Role.SCHOOL_ADMIN)
def roles(request: ActorRequest) -> HttpResponse:
    """Each role of the school with who holds it, since when, and who acts for whom until when."""
    context = {"lists": roles_of_school(request.actor), "today": request.actor.today}
    return render(request, "staff/manage/roles.html", context)


@form_for(Role.SCHOOL_ADMIN)
def give_many(request: ActorRequest) -> HttpResponse:
    """One role for all who were ticked on the list of teachers."""
    actor, chosen = request.actor, chosen_of(request)
    form = ManyRolesForm(days_of(request), actor.today, request.POST or None)
    school = actor.calendar.this_year().school
    if chosen.users and form_saved(
        form,
        lambda: grant_roles(
            actor=actor,
            school=school,
            grants=[NewGrant(user.pk, Role(form.cleaned_data["role"])) for user in chosen.users],
            starts_on=form.cleaned_data["starts_on"],
        ),
    ):
        messages.success(request, f"{len(chosen.users)} 位老师已有“{Role(form.cleaned_data['role']).label}”角色。")
        return redirect("manage:roles")
    return show_form(request, "staff/manage/give_roles.html", form, chosen=chosen)


@form_for(Role.SCHOOL_ADMIN)
def acting(request: ActorRequest, pk: int) -> HttpResponse:
    """Somebody acts for the holder of a role, from one day to another."""
    actor = request.actor
    grant = get_visible_or_404(grants_of_school, actor, pk=pk)
    people = [user for user in colleagues(actor) if user.pk != grant.user_id]
    form = ActingForm(people, days_of(request), actor.today, request.POST or None)
    if form_saved(
        form,
        lambda: act_for(
            actor=actor,
            grant=grant,
            user=form.people[form.cleaned_data["user"]],
            starts_on=form.cleaned_data["starts_on"],
            ends_on=form.cleaned_data["ends_on"],
        ),
    ):
        name = form.people[form.cleaned_data["user"]].name
        messages.success(request, f"{name}代理{grant.user.name}的“{grant.get_role_display()}”。")
        return redirect("manage:roles")
    return show_form(request, "staff/manage/acting.html", form, grant=grant)


def days_of(request: ActorRequest) -> Days:
    """The days on which a role may begin or end."""
    year = request.actor.calendar.year
    return year_days(year.start_year) if year is not None else Days(request.actor.today, request.actor.today)
