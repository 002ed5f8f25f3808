"""德育室 reads one letter: accepts it, changes it with the change shown, returns it with a reason, or releases it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.saving import attempt, refuse
from core.text import small_number
from records.contexts import paragraphs
from records.desk.services.readings import note_readings
from records.enums import LetterState
from records.letters.forms import ProofForm, ReturnForm
from records.letters.queries.checks import check_for
from records.letters.queries.desk import proofing_of
from records.letters.queries.findings import finding_lines
from records.letters.queries.office import (
    holds,
    is_unread,
    next_to_proof,
    owed_by,
    readable_letters,
    row_of,
    shown_state,
)
from records.letters.services.after_release import correct_letter, withdraw_letter
from records.letters.services.office import (
    CHANGED,
    OWN,
    OWN_ALONE,
    accept_letter,
    edit_letter_as_office,
    release_letters,
    return_letter,
)
from records.letters.views.office import seen_moment
from records.models.records import GrowthLetter
from records.rules import can_write_letter, is_alone
from schools.calendar import YearCalendar

#: Refusals that are told beside the typed words; the letter was changed meanwhile, or there is nothing to change.
BESIDE = ("changed_meanwhile", "letter_empty", "letter_unchanged")


@form_for(Role.MORAL_OFFICE)
def letter(request: ActorRequest, pk: int) -> HttpResponse:
    """One letter with its text and what the checks find; opening it is logged, a POST releases it."""
    found = _letter(request, pk)
    if request.method == "POST":
        if can_write_letter(request.actor, found):
            raise DomainError("own_letter", OWN_ALONE if is_alone(request.actor) else OWN)
        count = release_letters(
            actor=request.actor, term=found.term, letter_ids=[found.pk], seen_at=seen_moment(request)
        )
        if not count:
            found = _letter(request, pk)
            if found.state == LetterState.RELEASED:
                # Pressed twice: it is out.
                return _saved(request, found, f"已发布给{found.pupil.name}的家长。")
            if found.state == LetterState.HANDED_IN:
                messages.warning(request, CHANGED)
                return _page(request, found, status=409)
            raise DomainError("not_handed_in", "这封寄语现在不是已交状态，请刷新后再看。")
        return _saved(request, found, f"已发布给{found.pupil.name}的家长。")
    audit(actor=request.actor, verb="open_letter", target=found, kind=AuditKind.READ)
    note_readings(actor=request.actor, records=[found])
    return _page(request, found)


@action_for(Role.MORAL_OFFICE)
def accept(request: ActorRequest, pk: int) -> HttpResponse:
    """The letter is good as it stands."""
    found = _letter(request, pk)
    version = small_number(request.POST.get("version")) or 0
    done = attempt(lambda: accept_letter(actor=request.actor, letter=found, version=version), only=BESIDE)
    if isinstance(done, DomainError):
        messages.warning(request, done.message)
        return _page(request, found, status=409)
    return _saved(request, found, f"{found.pupil.name}的寄语校对通过。")


@action_for(Role.MORAL_OFFICE)
def edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change the text and accept it; the mentor sees what was changed."""
    return _changed(request, pk, edit_letter_as_office, "已改好{}的寄语并校对通过，导师会看到改了哪些字。")


@action_for(Role.MORAL_OFFICE)
def correct(request: ActorRequest, pk: int) -> HttpResponse:
    """Change the text that the family has read; they see that it was corrected, the mentor what was changed."""
    return _changed(request, pk, correct_letter, "已更正{}的寄语：家长会看到更正后的文字，导师会看到改了哪些字。")


def _changed(request: ActorRequest, pk: int, change: Callable[..., GrowthLetter], sentence: str) -> HttpResponse:
    found = _letter(request, pk)
    form = ProofForm(request.POST, with_advice=_with_advice(found))
    if not form.is_valid():
        return _page(request, found, proof_form=form, status=422)
    done = attempt(
        lambda: change(
            actor=request.actor,
            letter=found,
            body=form.cleaned_data["body"],
            advice=form.cleaned_data.get("advice", found.advice),
            version=form.cleaned_data["version"],
        ),
        only=BESIDE,
    )
    if isinstance(done, DomainError):
        refuse(form, done)
        return _page(request, _letter(request, pk), proof_form=form, status=422)
    return _saved(request, found, sentence.format(found.pupil.name))


@action_for(Role.MORAL_OFFICE)
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take the release back while the family has not opened the letter."""
    found = _letter(request, pk)
    withdraw_letter(actor=request.actor, letter=found)
    return _saved(request, found, f"已撤回{found.pupil.name}的寄语，家长看不到了。")


@action_for(Role.MORAL_OFFICE)
def return_to_mentor(request: ActorRequest, pk: int) -> HttpResponse:
    """Send a letter back with a reason."""
    found = _letter(request, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _page(request, found, return_form=form, status=422)
    reason, seen_at = form.cleaned_data["reason"], seen_moment(request)
    done = attempt(
        lambda: return_letter(actor=request.actor, letter=found, reason=reason, seen_at=seen_at),
        only=("changed_meanwhile",),
    )
    if isinstance(done, DomainError):
        refuse(form, done)
        return _page(request, found, return_form=form, status=409)
    return _saved(request, found, f"已退回{found.pupil.name}的寄语，导师会看到您的说明。")


def _letter(request: ActorRequest, pk: int) -> GrowthLetter:
    return get_visible_or_404(readable_letters, request.actor, pk=pk)


def _calendar(request: ActorRequest, found: GrowthLetter) -> YearCalendar | None:
    """The letter's year in its term; None while the school is not set up."""
    calendar = request.actor.calendar
    return calendar.of_term(found.term) if calendar.present is not None else None


def _list_url(calendar: YearCalendar | None) -> str:
    """The list that the letter stands in: a former year's letter comes from that year's."""
    url = reverse("office:letters")
    return url if calendar is None or calendar.year.is_current else f"{url}?term={calendar.key}"


def _with_advice(found: GrowthLetter) -> bool:
    """What is there can be changed, whether the plan of today asks for it or not."""
    return bool(found.advice)


def _page(
    request: ActorRequest,
    found: GrowthLetter,
    *,
    return_form: ReturnForm | None = None,
    proof_form: ProofForm | None = None,
    status: int = 200,
) -> HttpResponse:
    calendar = _calendar(request, found)
    owed = owed_by(request.actor, calendar, found) if calendar is not None else None
    waits, is_out = found.state == LetterState.HANDED_IN, found.state == LetterState.RELEASED
    context: dict[str, Any] = {
        "letter": found,
        "owed": owed,
        "state": shown_state(found),
        "form": return_form or ReturnForm(),
        "calendar": calendar,
        "list_url": _list_url(calendar),
        "seen": now().isoformat(),
        "proofing": proofing_of(found),
        "can_come_back": is_unread(found),
        "body_lines": paragraphs(found.body),
        "advice_lines": paragraphs(found.advice),
    }
    if waits or (is_out and not found.handwritten):
        initial = {"version": found.version, "body": found.body, "advice": found.advice}
        context["proof_form"] = proof_form or ProofForm(initial=initial, with_advice=_with_advice(found))
    if waits:
        findings = (
            check_for(request.actor, found.pupil, found.term, found.body, found.advice, owed) if found.body else []
        )
        context["findings"] = finding_lines(findings, body=found.body, advice=found.advice, known=found.known_findings)
    if (waits or is_out) and holds(request.actor, found.mentor):
        context["own"] = OWN_ALONE if is_alone(request.actor) else OWN
    if calendar is not None and not getattr(request, "htmx", False):
        context["following"], context["waiting"] = next_to_proof(request.actor, calendar, found)
    return render(request, "letters/office/letter.html", context, status=status)


def _saved(request: ActorRequest, found: GrowthLetter, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    calendar = _calendar(request, found)
    if not getattr(request, "htmx", False):
        if calendar is not None and request.POST.get("then") == "next":
            following, _ = next_to_proof(request.actor, calendar, found)
            if following is not None:
                return redirect("office:letter", pk=following.pk)
        return redirect(_list_url(calendar))
    fresh = _letter(request, found.pk)
    row = row_of(request.actor, calendar, fresh) if calendar is not None else None
    return render(request, "letters/office/saved.html", {"row": row, "calendar": calendar})
