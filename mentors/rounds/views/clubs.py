"""Clubs 社团 (Wuhu plan 五(二)): 德育室 keeps them, leaders read their own."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.saving import form_saved, show_form
from mentors.queries.people import mentors_for_choice
from mentors.rounds.forms.clubs import ClubForm, MembersForm
from mentors.rounds.models import Club
from mentors.rounds.queries.clubs import club_rows, clubs_visible_to, member_rows, read_members
from mentors.rounds.services.clubs import add_members, change_club, create_club, delete_club, remove_member

READERS = (Role.MORAL_OFFICE, Role.MENTOR)


@page_for(*READERS)
def clubs(request: ActorRequest) -> HttpResponse:
    """The clubs of this year: all for 德育室, the own ones for their leaders."""
    actor = request.actor
    year = actor.calendar.year
    rows = club_rows(actor, year) if year is not None else []
    return render(
        request, "rounds/clubs/list.html", {"year": year, "rows": rows, "may_edit": actor.has(Role.MORAL_OFFICE)}
    )


@form_for(Role.MORAL_OFFICE)
def new(request: ActorRequest) -> HttpResponse:
    """A new club."""
    actor = request.actor
    year = actor.calendar.year
    form = ClubForm(mentors_for_choice(year) if year is not None else [], request.POST or None)
    if year is not None and (
        done := form_saved(
            form, lambda: create_club(actor=actor, year=year, name=form.cleaned_data["name"], mentor=form.chosen())
        )
    ):
        messages.success(request, f"已登记“{done.value.name}”，现在可以加入成员。")
        return redirect("clubs:detail", pk=done.value.pk)
    return show_form(request, "rounds/clubs/form.html", form, club=None)


@page_for(*READERS)
def detail(request: ActorRequest, pk: int) -> HttpResponse:
    """One club and its members."""
    return _detail(request, _club(request, pk), MembersForm())


@form_for(Role.MORAL_OFFICE)
def edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Rename a club, or give it another leader."""
    club = _club(request, pk)
    initial = {"name": club.name, "mentor": club.mentor_id}
    form = ClubForm(mentors_for_choice(club.year), request.POST or None, initial=initial)
    if form_saved(
        form,
        lambda: change_club(actor=request.actor, club=club, name=form.cleaned_data["name"], mentor=form.chosen()),
    ):
        messages.success(request, "已保存。")
        return redirect("clubs:detail", pk=pk)
    return show_form(request, "rounds/clubs/form.html", form, club=club)


@action_for(Role.MORAL_OFFICE)
def members(request: ActorRequest, pk: int) -> HttpResponse:
    """Add the pupils of the typed lines: all of them, or none with a sentence for each line that means nobody."""
    club = _club(request, pk)
    form = MembersForm(request.POST)
    if form.is_valid():
        reading = read_members(club.year, form.cleaned_data["lines"])
        for problem in reading.problems:
            form.add_error("lines", problem)
        done = form_saved(form, lambda: add_members(actor=request.actor, club=club, pupil_ids=reading.pupil_ids))
        if done is not None:
            said = f"已加入 {done.value} 位同学。" if done.value else "这些同学都已经在社团里了。"
            messages.success(request, said)
            return redirect("clubs:detail", pk=pk)
    return _detail(request, club, form)


@action_for(Role.MORAL_OFFICE)
def remove(request: ActorRequest, pk: int, pupil: int) -> HttpResponse:
    """Take one pupil out."""
    remove_member(actor=request.actor, club=_club(request, pk), pupil_id=pupil)
    messages.success(request, "已移出社团。")
    return redirect("clubs:detail", pk=pk)


@form_for(Role.MORAL_OFFICE)
def delete(request: ActorRequest, pk: int) -> HttpResponse:
    """What will happen, then the button."""
    club = _club(request, pk)
    if request.method == "POST":
        delete_club(actor=request.actor, club=club)
        messages.success(request, f"已删除“{club.name}”。")
        return redirect("clubs:list")
    return render(request, "rounds/clubs/delete.html", {"club": club, "members": len(member_rows(club))})


def _club(request: ActorRequest, pk: int) -> Club:
    actor = request.actor
    return get_visible_or_404(clubs_visible_to, actor, pk=pk)


def _detail(request: ActorRequest, club: Club, form: MembersForm) -> HttpResponse:
    rows = club_rows(request.actor, club.year, club.pk)
    return show_form(
        request,
        "rounds/clubs/detail.html",
        form,
        club=club,
        row=rows[0],
        members=member_rows(club),
        may_edit=request.actor.has(Role.MORAL_OFFICE),
    )
