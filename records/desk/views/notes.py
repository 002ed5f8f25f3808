"""Logging and editing visits and talks."""

import datetime
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse

from accounts.actors import Actor
from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.saving import form_saved, record_changed
from core.templatetags.words import names
from mentors.models.slots import Teacher
from records.desk.forms.records import NoteForm, TalkChangeForm, TalkEntryForm, VisitEntryForm
from records.desk.queries.form_start import (
    companions_of,
    known_talks,
    known_visits,
    likely_occasion,
    own_talks_of,
    own_visits_of,
    visit_start,
    visit_team,
)
from records.desk.services.drafts import drop_draft
from records.desk.services.notes import log_talk, log_visit, update_talk, update_visit
from records.desk.views.form_page import (
    KEPT_STORED,
    RECORDERS,
    TAKE_STORED,
    FormDraft,
    came_from,
    conflict_of,
    keep_stored,
    pupil_to_record,
    render_form,
    saved,
)
from records.enums import Occasion, RecordKind, TalkForm, VisitForm
from records.models.records import Note
from records.rules import can_edit_note
from schools.calendar import YearCalendar
from schools.enums import VisitOutcome
from schools.models import Term
from students.models import Enrolment, Pupil

N = TypeVar("N", bound=Note)


@form_for(*RECORDERS)
def visit_new(request: ActorRequest, pk: int) -> HttpResponse:
    """Log a home visit."""
    calendar = request.actor.calendar.now
    term, rules = calendar.term, calendar.rules
    pupil, key = pupil_to_record(request, pk), f"visit/new/{pk}"
    start = visit_start(request.actor, calendar, pupil, term, key=key)
    draft = FormDraft(key, start.draft, request.method == "POST")
    initial = {
        "date": start.date,
        "outcome": VisitOutcome.COMPLETED,
        "way": VisitForm.HOME,
        "teachers": [t.pk for t in start.joined],
        "visibility": rules.plan.note_visibility,
    }
    form = VisitEntryForm(
        request.POST or None,
        year=calendar.year,
        today=request.actor.today,
        teachers=_pairs(start.team),
        initial=draft.over(request, initial, VisitEntryForm),
    )
    context: dict[str, Any] = {"pupil": pupil, "form": form, "draft": draft, "plan": start.plan, "is_new": True}
    if form.is_valid():
        _ask_once_more(request, form, own_visits_of, pupil, "家访")
    if done := form_saved(
        form,
        lambda: log_visit(
            actor=request.actor,
            pupil=pupil,
            term=calendar.term_for(form.cleaned_data["date"]),
            data=form.visit_data(),
            teachers=_chosen(start.team, form),
            submission=form.cleaned_data["submission"],
            draft_key=draft.key,
            moved_to=form.cleaned_data["moved_to"],
        ),
        same=lambda visit: not visit.sent_before or form.is_what(visit),
    ):
        return saved(request, [pupil], _sentence(calendar, done.value.term, [pupil], "家访"), note=done.value)
    return render_form(request, "desk/visit.html", context)


@form_for(*RECORDERS)
def visit_edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change one's own visit."""
    visit = get_visible_or_404(known_visits, request.actor, pk=pk, deleted_at=None)
    if not can_edit_note(request.actor, visit):
        raise PermissionDenied
    pupil, calendar = pupil_to_record(request, visit.pupil_id), request.actor.calendar.now
    took_part = list(visit.teachers.all())
    team = list({t.pk: t for t in (*visit_team(request.actor, calendar, pupil), *took_part)}.values())
    draft, stored = FormDraft.of(request, f"visit/{visit.pk}"), VisitEntryForm.initial_of(visit)
    if request.POST.get("action") == TAKE_STORED:
        return _kept(request, draft, pupil)
    form = VisitEntryForm(
        request.POST or None,
        year=visit.term.year,
        today=request.actor.today,
        teachers=_pairs(team),
        initial=draft.over(request, stored, VisitEntryForm),
    )
    context: dict[str, Any] = {"pupil": pupil, "form": form, "record": visit, "kind": "visit", "draft": draft}
    context["conflict"] = draft.conflict(form, stored, visit.version, visit.pk)
    if record_changed(
        form,
        visit,
        lambda: update_visit(
            actor=request.actor,
            visit=visit,
            version=form.cleaned_data["version"],
            data=form.visit_data(),
            teachers=_chosen(team, form),
            draft_key=draft.key,
            moved_to=form.cleaned_data["moved_to"],
        ),
        again=lambda: drop_draft(actor=request.actor, key=draft.key),
    ):
        visit.refresh_from_db()
        return saved(request, [pupil], f"已保存{pupil.name}的家访记录。", note=visit)
    if form.conflicts:
        context["conflict"] = conflict_of(form, stored, RecordKind.VISIT, visit.pk)
    return render_form(request, "desk/visit.html", context)


@form_for(*RECORDERS)
def talk_new(request: ActorRequest, pk: int) -> HttpResponse:
    """Log a talk with one pupil, or with several at once."""
    pupil, calendar = pupil_to_record(request, pk), request.actor.calendar.now
    others = companions_of(request.actor, calendar, pupil)
    draft = FormDraft.of(request, f"talk/new/{pupil.pk}")
    initial = {
        "date": request.actor.today,
        "way": TalkForm.FACE,
        "occasion": Occasion.CARD
        if request.GET.get("occasion") == Occasion.CARD
        else likely_occasion(calendar, request.actor.today),
        "visibility": calendar.rules.plan.note_visibility,
    }
    form = TalkEntryForm(
        request.POST or None,
        year=calendar.year,
        today=request.actor.today,
        companions=_names(others),
        classes=[e.school_class.label for e in others],
        initial=draft.over(request, initial, TalkEntryForm),
    )
    chosen = set(form.cleaned_data["pupils"]) if form.is_valid() else set()
    pupils = [pupil, *(e.pupil for e in others if e.pupil_id in chosen)]
    if form.is_valid():
        _ask_once_more(request, form, own_talks_of, pupil, "谈心")
    if done := form_saved(
        form,
        lambda: log_talk(
            actor=request.actor,
            pupils=pupils,
            term=calendar.term_for(form.cleaned_data["date"]),
            data=form.talk_data(),
            submission=form.cleaned_data["submission"],
            draft_key=draft.key,
        ),
        same=lambda talk: not talk.sent_before or (set(talk.pupils.all()) == set(pupils) and form.is_what(talk)),
    ):
        return saved(request, pupils, _sentence(calendar, done.value.term, pupils, "谈心"), note=done.value)
    return render_form(request, "desk/talk.html", {"pupil": pupil, "form": form, "draft": draft})


@form_for(*RECORDERS)
def talk_edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change one's own talk, and with whom it was."""
    talk = get_visible_or_404(known_talks, request.actor, pk=pk, deleted_at=None)
    if not can_edit_note(request.actor, talk):
        raise PermissionDenied
    pupils = list(talk.pupils.all())
    # Reached from one pupil's page, the form goes back to it.
    pupil, calendar = pupil_to_record(request, came_from(request, pupils).pk), request.actor.calendar.now
    draft, stored = FormDraft.of(request, f"talk/{talk.pk}"), TalkChangeForm.initial_of(talk)
    if request.POST.get("action") == TAKE_STORED:
        return _kept(request, draft, pupil)
    known, labels = _may_have_joined(request, calendar, pupils)
    form = TalkChangeForm(
        request.POST or None,
        year=talk.term.year,
        today=request.actor.today,
        companions=[(p.pk, name) for p, name in known],
        classes=labels,
        initial=draft.over(request, stored, TalkChangeForm),
    )
    context: dict[str, Any] = {"pupil": pupil, "form": form, "record": talk, "kind": "talk", "pupils": pupils}
    context |= {"draft": draft, "conflict": draft.conflict(form, stored, talk.version, talk.pk)}
    keys = set(form.cleaned_data["pupils"]) if form.is_valid() else set()
    chosen = [p for p, _name in known if p.pk in keys]
    if record_changed(
        form,
        talk,
        lambda: update_talk(
            actor=request.actor,
            talk=talk,
            version=form.cleaned_data["version"],
            data=form.talk_data(),
            pupils=chosen,
            draft_key=draft.key,
        ),
        again=lambda: drop_draft(actor=request.actor, key=draft.key),
    ):
        talk.refresh_from_db()
        # The page that was left comes first; the ticks of all who came or went follow.
        return saved(request, list(dict.fromkeys([pupil, *pupils, *chosen])), "已保存谈心记录。", note=talk)
    if form.conflicts:
        context["conflict"] = conflict_of(form, stored, RecordKind.TALK, talk.pk)
    return render_form(request, "desk/talk.html", context)


def _ask_once_more(
    request: ActorRequest,
    form: NoteForm,
    own_of: Callable[[Actor, int, datetime.date], list[N]],
    pupil: Pupil,
    what: str,
) -> None:
    """Ask about an equal one among the actor's own records of the pupil and the day in a valid form."""
    day, seen = form.cleaned_data["date"], reverse("desk:pupil", args=[pupil.pk])
    own = own_of(request.actor, pupil.pk, day)
    form.ask_about(own, what, on=day, today=request.actor.today, seen_at=lambda _note: seen)


def _kept(request: ActorRequest, draft: FormDraft, pupil: Pupil) -> HttpResponse:
    """After a conflict the stored version stands; the typed one can be taken back for a day."""
    kept = keep_stored(request, draft)
    return saved(request, [pupil], KEPT_STORED, undo=reverse("desk:draft_undo", args=[kept.pk]))


def _may_have_joined(
    request: ActorRequest, calendar: YearCalendar, pupils: Sequence[Pupil]
) -> tuple[list[tuple[Pupil, str]], list[str]]:
    """Who may be ticked on a stored talk, with their classes: who was there, and the actor's own pupils."""
    rows = companions_of(request.actor, calendar)
    names = dict(_names(rows))
    own = {e.pupil_id: e for e in rows}
    # Who was there and is no longer one's own stands last, without a class.
    gone = [p for p in pupils if p.pk not in own]
    known = [(e.pupil, names[e.pupil_id]) for e in rows] + [(p, p.name) for p in gone]
    return known, [e.school_class.label for e in rows]


def _pairs(teachers: Sequence[Teacher]) -> list[tuple[int, str]]:
    return [(t.pk, t.name) for t in teachers]


def _names(others: Sequence[Enrolment]) -> list[tuple[int, str]]:
    """Keys and names; two children of one name are told apart by class and seat."""
    held = Counter(e.pupil.name for e in others)
    return [
        (e.pupil_id, f"{e.pupil.name}（{e.school_class.code} {e.seat_number or ''}号）")
        if held[e.pupil.name] > 1
        else (e.pupil_id, e.pupil.name)
        for e in others
    ]


def _chosen(team: Sequence[Teacher], form: VisitEntryForm) -> list[Teacher]:
    keys = set(form.cleaned_data["teachers"])
    return [t for t in team if t.pk in keys]


def _sentence(calendar: YearCalendar, term: Term, pupils: Sequence[Pupil], what: str) -> str:
    # A date in another term counts there, and its tick does not turn here: say so.
    where = "" if term.pk == calendar.term.pk else f"，按日期计入{term.short_name}"
    return f"已登记{names(pupils)}的{what}{where}。"
