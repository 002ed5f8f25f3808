"""心灵树洞卡 for teachers: the inbox, one card, and typing in a card that came on paper; and 德育室's counts."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import SCHOOL_ROLES, Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.paging import list_page
from core.saving import button_done, form_saved, record_changed, show_form
from core.undo import offer_undo
from jobs.lists import taken_out
from records.care.forms import CONTACTED, SILENT, AnswerForm, HomeForm, MeetForm, TreeHoleCardForm
from records.care.queries.tree_hole import (
    class_labels,
    classes_of,
    find_enrolments,
    inbox,
    is_teacher,
    own_tree_hole_cards,
    tree_hole_counts,
    tree_hole_out,
    waited,
)
from records.care.services.tree_hole import (
    AS_WISHED,
    answer_tree_hole_card,
    close_tree_hole_card,
    decide_home,
    enter_tree_hole_card,
    note_meeting,
    open_tree_hole_card,
    reopen_tree_hole_card,
)
from records.desk.forms.records import RecordForm
from records.desk.queries.pupil_help import sent_by
from records.desk.views.form_page import FormDraft, only_term
from records.desk.views.history import confided_history
from records.enums import HomeContact, RecordKind
from records.models.care import TreeHoleCard
from records.queries.danger import danger_of
from records.rules import is_in_reach, may_enter_paper_cards, may_log_for
from schools.calendar import YearCalendar
from schools.days import past_days

PAGE = 20


@page_for(*SCHOOL_ROLES)
def inbox_page(request: ActorRequest) -> HttpResponse:
    """The cards that pupils gave to the actor: those that wait first. No word of them stands in the list.

    Which of them ask for an adult today is told, for the actor may read them all. `?term=` keeps those of one term.
    """
    term, terms = only_term(request)
    page = list_page(request, PAGE, inbox, request.actor, term)
    labels = class_labels({card.pupil_id for card in page}, request.actor.calendar.this_year())
    rows = [
        (
            card,
            labels.get(card.pupil_id, ""),
            waited(card.handed_in_at),
            card.closed_at is None and danger_of(card).is_today,
        )
        for card in page
    ]
    context = {"page_obj": page, "rows": rows, "terms": terms, "is_teacher": is_teacher(request.actor)}
    return render(request, "care/tree_hole/inbox.html", context)


def _card(request: ActorRequest, pk: int) -> TreeHoleCard:
    return get_visible_or_404(own_tree_hole_cards, request.actor, pk=pk)


@page_for(*SCHOOL_ROLES)
def card(request: ActorRequest, pk: int) -> HttpResponse:
    """One card: answer, meet and decide about home in any order; the first reading is noted."""
    found = _card(request, pk)
    open_tree_hole_card(actor=request.actor, card=found)
    return _show(request, found)


@page_for(*SCHOOL_ROLES)
def history(request: ActorRequest, pk: int) -> HttpResponse:
    """What was changed in a card that was given to the actor."""
    found = _card(request, pk)
    back = reverse("tree_hole:card", args=[pk])
    return confided_history(request, kind=RecordKind.CARD, record=found, back=back)


def _show(request: ActorRequest, found: TreeHoleCard, **bound: RecordForm) -> HttpResponse:
    year = request.actor.calendar.this_year()
    draft = FormDraft.of(request, f"card/{found.pk}")
    version = {"version": found.version}
    context: dict[str, Any] = {
        "card": found,
        "pupil": found.pupil,
        "class_label": class_labels({found.pupil_id}, year).get(found.pupil_id, ""),
        "waited": waited(found.handed_in_at) if found.answered_at is None and found.met_on is None else "",
        "draft": draft,
        "answer": bound.get("answer")
        or AnswerForm(
            initial=draft.over(request, {**version, "text": found.answer}, AnswerForm), auto_id="id_answer_%s"
        ),
        "meet": bound.get("meet")
        or MeetForm(
            initial={**version, "date": found.met_on or request.actor.today},
            days=past_days(found.term.year, request.actor.today),
            auto_id="id_meet_%s",
        ),
        "home": bound.get("home")
        or HomeForm(initial={**version, **_home(found)}, may_tell=found.may_tell_home, auto_id="id_home_%s"),
        "may_log": may_log_for(request.actor, [found.pupil_id], year),
        "in_reach": is_in_reach(request.actor, found.pupil_id),
        "referrals": sent_by(request.actor).filter(pupil=found.pupil)[:5],
    }
    return render(request, "care/tree_hole/card.html", context, status=422 if bound else 200)


def _home(found: TreeHoleCard) -> dict[str, str]:
    if found.home_contact != HomeContact.OPEN:
        # What the software wrote is not offered again: as a reason for telling home it would be nonsense.
        reason = "" if found.home_reason == AS_WISHED else found.home_reason
        return {"contacted": found.home_contact, "reason": reason}
    # The pupil's wish is what is offered.
    return {} if found.may_tell_home else {"contacted": SILENT}


@action_for(*SCHOOL_ROLES)
def answer(request: ActorRequest, pk: int) -> HttpResponse:
    """Write the answer, or change it."""
    found = _card(request, pk)
    form = AnswerForm(request.POST, auto_id="id_answer_%s")
    if record_changed(
        form,
        found,
        lambda: answer_tree_hole_card(
            actor=request.actor,
            card=found,
            text=form.cleaned_data["text"],
            version=form.cleaned_data["version"],
            draft_key=f"card/{found.pk}",
        ),
    ):
        how = "这张卡是从纸上录入的，请把回信当面交给同学。" if found.entered_by_id else "同学用暗号就能看到。"
        messages.success(request, f"回信已保存，{how}")
        return redirect("tree_hole:card", pk=pk)
    return _show(request, found, answer=form)


@action_for(*SCHOOL_ROLES)
def meet(request: ActorRequest, pk: int) -> HttpResponse:
    """Note the day of the meeting."""
    found = _card(request, pk)
    days = past_days(found.term.year, request.actor.today)
    form = MeetForm(request.POST, days=days, auto_id="id_meet_%s")
    if record_changed(
        form,
        found,
        lambda: note_meeting(
            actor=request.actor, card=found, on=form.cleaned_data["date"], version=form.cleaned_data["version"]
        ),
    ):
        messages.success(request, "已记下约谈日期。")
        return redirect("tree_hole:card", pk=pk)
    return _show(request, found, meet=form)


@action_for(*SCHOOL_ROLES)
def tell_home(request: ActorRequest, pk: int) -> HttpResponse:
    """Note that home was told, or why not."""
    found = _card(request, pk)
    form = HomeForm(request.POST, may_tell=found.may_tell_home, auto_id="id_home_%s")
    if record_changed(
        form,
        found,
        lambda: decide_home(
            actor=request.actor,
            card=found,
            contacted=form.cleaned_data["contacted"] == CONTACTED,
            reason=form.cleaned_data["reason"],
            version=form.cleaned_data["version"],
        ),
    ):
        messages.success(request, "已记下。")
        return redirect("tree_hole:card", pk=pk)
    return _show(request, found, home=form)


@action_for(*SCHOOL_ROLES)
def close(request: ActorRequest, pk: int) -> HttpResponse:
    """Put the card away; a button takes it back."""
    found = _card(request, pk)
    if not button_done(request, lambda: close_tree_hole_card(actor=request.actor, card=found)):
        return redirect("tree_hole:card", pk=pk)
    offer_undo(request, "这张树洞卡已收起。", reverse("tree_hole:reopen", args=[pk]))
    return redirect("tree_hole:inbox")


@action_for(*SCHOOL_ROLES)
def reopen(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a card out again."""
    found = _card(request, pk)
    reopen_tree_hole_card(actor=request.actor, card=found)
    return redirect("tree_hole:card", pk=pk)


@page_for(*SCHOOL_ROLES)
def find_pupil(request: ActorRequest) -> HttpResponse:
    """Whose paper card it is: by class, name or initials; those whom the actor may enter, names and classes only."""
    year = request.actor.calendar.this_year()
    classes = classes_of(year)
    chosen = request.GET.get("class", "")
    class_id = next((c.pk for c in classes if str(c.pk) == chosen), None)
    query = request.GET.get("q", "").strip()[:40]
    context = {
        "classes": classes,
        "class_id": class_id,
        "query": query,
        "rows": find_enrolments(may_enter_paper_cards(request.actor, year), year, text=query, class_id=class_id),
        "is_teacher": is_teacher(request.actor),
    }
    return render(request, "care/tree_hole/find.html", context)


@form_for(*SCHOOL_ROLES)
def from_paper(request: ActorRequest, pk: int) -> HttpResponse:
    """Type in the paper card of one pupil."""
    pupil = get_visible_or_404(may_enter_paper_cards, request.actor, request.actor.calendar.this_year(), pk=pk)
    if not is_teacher(request.actor):
        raise PermissionDenied
    form = TreeHoleCardForm(request.POST or None)
    if form.is_valid():
        form.ask_about(
            own_tree_hole_cards(request.actor).filter(
                pupil=pupil, entered_by_id=request.actor.user_id, handed_in_at__date=request.actor.today
            ),
            "树洞卡",
            on=request.actor.today,
            today=request.actor.today,
            seen_at=lambda there: reverse("tree_hole:card", args=[there.pk]),
        )
    if done := form_saved(
        form,
        lambda: enter_tree_hole_card(
            actor=request.actor, pupil=pupil, data=form.card_data(), submission=form.cleaned_data["submission"]
        ),
    ):
        messages.success(request, "已录入。回信请当面交给同学。")
        return redirect("tree_hole:card", pk=done.value.pk)
    label = class_labels({pupil.pk}, request.actor.calendar.this_year()).get(pupil.pk, "")
    return show_form(request, "care/tree_hole/paper.html", form, pupil=pupil, class_label=label)


@page_for(Role.MORAL_OFFICE)
def counts(request: ActorRequest) -> HttpResponse:
    """德育室's view: counts by subject and by grade, and how long cards wait; no text, no names."""
    calendar = _chosen_year(request)
    year = calendar.year if calendar is not None else request.actor.calendar.this_year()
    context = {"counts": tree_hole_counts(year), "year": year, "calendar": calendar}
    return render(request, "care/tree_hole/counts.html", context)


@action_for(Role.MORAL_OFFICE)
def export_counts(request: ActorRequest) -> HttpResponseBase:
    """The same as a workbook or on paper."""
    calendar = _chosen_year(request)
    year = calendar.year if calendar is not None else request.actor.calendar.this_year()
    return taken_out(request, tree_hole_out(tree_hole_counts(year), year))


def _chosen_year(request: ActorRequest) -> YearCalendar | None:
    return request.actor.calendar.at(request.GET.get("term", "") or request.POST.get("term", ""))
