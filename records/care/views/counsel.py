"""Referrals 转介: the teacher's short form and what became of it, and the counsellor's pages."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import SCHOOL_ROLES, AuditKind, Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from accounts.services import audit
from core.clock import cn_date
from core.saving import button_done, form_saved, record_changed, show_form
from core.text import small_number
from core.undo import offer_undo
from records.care.forms import NotesForm, ReferForm, WordForm
from records.care.queries.counsel import (
    MOST_BESIDE,
    has_counsellor,
    mentor_names,
    referral_lines,
    referrals_of_school,
    shared_keys,
    shared_notes,
    shared_of,
    state_counts,
)
from records.care.queries.tree_hole import class_labels
from records.care.services.referrals import acknowledge, answer, close, open_referral, refer, reopen, write_notes
from records.desk.queries.form_start import school_pupils
from records.desk.queries.pupil_help import pupil_help, sent_by
from records.desk.services.readings import note_readings
from records.desk.views.form_page import FormDraft
from records.desk.views.history import confided_history
from records.enums import RecordKind, ReferralState
from records.kinds import kind_called
from records.models.care import Referral
from records.rules import can_work_on, is_in_reach, may_log_for, may_refer
from students.models import Pupil

#: Everybody who works in a school.
PAGE = 20


@form_for(*SCHOOL_ROLES)
def new(request: ActorRequest, pk: int) -> HttpResponse:
    """需要心理老师帮助: the short form, in the panel or as a page, with the emergency card beside it."""
    pupil = get_visible_or_404(school_pupils, request.actor, pk=pk)
    year = request.actor.calendar.this_year()
    if not may_refer(request.actor, pupil, year):
        raise PermissionDenied
    in_reach = is_in_reach(request.actor, pupil.pk)
    # Whoever knows the pupil by a card only keeps no draft: drafts belong to pupils within reach.
    draft = FormDraft.of(request, f"referral/new/{pupil.pk}") if in_reach else None
    initial: dict[str, Any] = draft.over(request, {}, ReferForm) if draft is not None else {}
    form = ReferForm(request.POST or None, initial=initial)
    context = {
        "pupil": pupil,
        "draft": draft,
        "back_url": _back(request, pupil, in_reach=in_reach),
        "has_counsellor": has_counsellor(pupil.school_id, on=request.actor.today),
    }
    if form.is_valid():
        form.ask_about(
            sent_by(request.actor).filter(pupil=pupil, created_at__date=request.actor.today),
            "转介",
            on=request.actor.today,
            today=request.actor.today,
            seen_at=lambda there: reverse("counsel:sent", args=[there.pk]),
        )
    if form_saved(
        form,
        lambda: refer(
            actor=request.actor,
            pupil=pupil,
            text=form.cleaned_data["text"],
            submission=form.cleaned_data["submission"],
            draft_key=draft.key if draft is not None else "",
        ),
    ):
        return _referred(request, pupil, context)
    return show_form(request, "care/counsel/refer.html", form, **context)


def _back(request: ActorRequest, pupil: Pupil, *, in_reach: bool) -> str:
    card = small_number(request.GET.get("card"))
    if card is not None:
        return reverse("tree_hole:card", args=[card])
    if request.GET.get("back") == "home" and request.actor.has(Role.MENTOR):
        return reverse("desk:home")
    return reverse("desk:pupil", args=[pupil.pk]) if in_reach else reverse("tree_hole:inbox")


def _referred(request: ActorRequest, pupil: Pupil, context: dict[str, Any]) -> HttpResponse:
    if context["has_counsellor"]:
        messages.success(request, "已转给心理老师，接收后会通知您。紧急情况请照紧急联系卡直接联系。")
    else:
        messages.warning(
            request,
            "转介已保存，但学校还没有心理老师账号，暂时没有人能接收。已提醒德育室；着急的话，请当面去找。",
        )
    if not request.htmx:
        return redirect(context["back_url"])
    may_log = may_log_for(request.actor, [pupil.pk], request.actor.calendar.this_year())
    shows = request.GET.get("back") == "pupil"
    found = pupil_help(request.actor, pupil, may_log=may_log) if shows else None
    return render(request, "care/counsel/_referred.html", {"pupil": pupil, "help": found})


@page_for(*SCHOOL_ROLES)
def sent(request: ActorRequest, pk: int) -> HttpResponse:
    """One's own referral: the text, since when it waits, who has taken it, and the counsellor's word."""
    found = get_visible_or_404(sent_by, request.actor, pk=pk)
    reach = is_in_reach(request.actor, found.pupil_id)
    context = {"referral": found, "pupil": found.pupil, "in_reach": reach}
    context["has_counsellor"] = has_counsellor(found.school_id, on=request.actor.today)
    return render(request, "care/counsel/sent.html", context)


@page_for(Role.COUNSELLOR)
def home(request: ActorRequest) -> HttpResponse:
    """The counsellor's page: referrals that wait, that were taken, that are closed."""
    counts = state_counts(request.actor)
    state = request.GET.get("state", "")
    if state not in counts:
        state = ReferralState.OPEN
    rows = referrals_of_school(request.actor).filter(state=state)
    # Who waits longest comes first; what is done, the latest first.
    order = ("created_at", "pk") if state == ReferralState.OPEN else ("-created_at", "-pk")
    page = Paginator(rows.order_by(*order), PAGE).get_page(request.GET.get("page"))
    year = request.actor.calendar.year
    tabs = [(value, label, counts[value]) for value, label in ReferralState.choices]
    context = {"page_obj": page, "lines": referral_lines(list(page), year), "tabs": tabs, "state": str(state)}
    return render(request, "care/counsel/home.html", context)


def _referral(request: ActorRequest, pk: int) -> Referral:
    return get_visible_or_404(referrals_of_school, request.actor, pk=pk)


@page_for(Role.COUNSELLOR)
def referral(request: ActorRequest, pk: int) -> HttpResponse:
    """One referral; opening it is logged, and its author may see that."""
    found = _referral(request, pk)
    open_referral(actor=request.actor, referral=found)
    return _show(request, found)


@page_for(Role.COUNSELLOR)
def history(request: ActorRequest, pk: int) -> HttpResponse:
    """What was changed in a referral that the actor took."""
    found = _referral(request, pk)
    if not can_work_on(request.actor, found):
        raise PermissionDenied
    back = reverse("counsel:referral", args=[pk])
    return confided_history(request, kind=RecordKind.REFERRAL, record=found, back=back)


def _show(
    request: ActorRequest, found: Referral, *, word: WordForm | None = None, notes: NotesForm | None = None
) -> HttpResponse:
    year = request.actor.calendar.this_year()
    mine = can_work_on(request.actor, found)
    draft = FormDraft.of(request, f"referral/{found.pk}") if mine else None
    if word is None:
        word = WordForm(initial={"version": found.version, "answer": found.answer}, auto_id="id_word_%s")
    if notes is None:
        stored = {"version": found.version, "notes": found.notes}
        values = draft.over(request, stored, NotesForm) if draft is not None else stored
        notes = NotesForm(initial=values, auto_id="id_notes_%s")
    keys = list(shared_keys(request.actor, found.pupil)[:MOST_BESIDE])
    context = {
        "referral": found,
        "pupil": found.pupil,
        "class_label": class_labels({found.pupil_id}, year).get(found.pupil_id, ""),
        "mentors": mentor_names(found.pupil, year),
        "mine": mine,
        "word": word,
        "notes": notes,
        "draft": draft,
        # The pupil's class stands above already.
        "shared": shared_notes(keys, None),
    }
    failed = word.is_bound or notes.is_bound
    return render(request, "care/counsel/referral.html", context, status=422 if failed else 200)


@action_for(Role.COUNSELLOR)
def take(request: ActorRequest, pk: int) -> HttpResponse:
    """Acknowledge a referral."""
    found = _referral(request, pk)
    if button_done(request, lambda: acknowledge(actor=request.actor, referral=found)):
        messages.success(request, f"已接收，{found.created_by.name}老师会收到通知。")
    return redirect("counsel:referral", pk=pk)


@action_for(Role.COUNSELLOR)
def say(request: ActorRequest, pk: int) -> HttpResponse:
    """The short word to whoever referred."""
    found = _referral(request, pk)
    form = WordForm(request.POST, auto_id="id_word_%s")
    if record_changed(
        form,
        found,
        lambda: answer(
            actor=request.actor,
            referral=found,
            text=form.cleaned_data["answer"],
            version=form.cleaned_data["version"],
        ),
    ):
        messages.success(request, f"已回复{found.created_by.name}老师。")
        return redirect("counsel:referral", pk=pk)
    return _show(request, found, word=form)


@action_for(Role.COUNSELLOR)
def note(request: ActorRequest, pk: int) -> HttpResponse:
    """The counsellor's own notes."""
    found = _referral(request, pk)
    form = NotesForm(request.POST, auto_id="id_notes_%s")
    if record_changed(
        form,
        found,
        lambda: write_notes(
            actor=request.actor,
            referral=found,
            notes=form.cleaned_data["notes"],
            version=form.cleaned_data["version"],
            draft_key=f"referral/{found.pk}",
        ),
    ):
        messages.success(request, "已保存您的记录。")
        return redirect("counsel:referral", pk=pk)
    return _show(request, found, notes=form)


@action_for(Role.COUNSELLOR)
def finish(request: ActorRequest, pk: int) -> HttpResponse:
    """Close a referral; a button takes it back."""
    found = _referral(request, pk)
    if not button_done(request, lambda: close(actor=request.actor, referral=found)):
        return redirect("counsel:referral", pk=pk)
    offer_undo(request, "这条转介已结束。", reverse("counsel:reopen", args=[pk]))
    return redirect("counsel:home")


@action_for(Role.COUNSELLOR)
def take_up(request: ActorRequest, pk: int) -> HttpResponse:
    """Open a closed referral again."""
    found = _referral(request, pk)
    button_done(request, lambda: reopen(actor=request.actor, referral=found))
    return redirect("counsel:referral", pk=pk)


@page_for(Role.COUNSELLOR)
def notes(request: ActorRequest) -> HttpResponse:
    """The visits and talks whose authors shared them with 心理老师; the texts stand on their own pages."""
    year = request.actor.calendar.year
    page = Paginator(shared_keys(request.actor), PAGE).get_page(request.GET.get("page"))
    return render(request, "care/counsel/notes.html", {"page_obj": page, "notes": shared_notes(list(page), year)})


@page_for(Role.COUNSELLOR)
def shared(request: ActorRequest, kind: str, pk: int) -> HttpResponse:
    """One note that was shared; opening it is logged, and its author sees that."""
    actor, known = request.actor, kind_called(kind)
    found = get_visible_or_404(known.with_people(shared_of(actor, known)), actor, pk=pk, deleted_at=None)
    note_readings(actor=actor, records=[found])
    audit(actor=actor, verb="open_shared_note", target=found, kind=AuditKind.READ)
    details, pupils = known.told(found, known.shared, cn_date), known.pupils_of(found)
    return render(
        request, "care/counsel/shared.html", {"note": found, "pupils": pupils, "kind": known.key, "details": details}
    )
