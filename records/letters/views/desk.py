"""The letter desk 寄语台: the fifteen letters of a term on one screen, with the notes on each child beside them."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404, page_for
from core.errors import DomainError
from core.saving import attempt
from core.undo import offer_undo
from records.contexts import paragraphs
from records.desk.forms.records import LetterForm
from records.desk.queries.form_start import letter_of
from records.desk.queries.years import own_terms
from records.desk.services.readings import note_readings
from records.desk.views.form_page import (
    KEPT_STORED,
    TAKE_STORED,
    FormDraft,
    chosen_term,
    conflict_of,
    keep_stored,
)
from records.enums import RecordKind
from records.letters.queries.checks import check_for
from records.letters.queries.desk import (
    DeskRow,
    LetterDesk,
    draft_key,
    find_beside,
    find_letter_desk,
    own_letter_pupils,
    prompts_for,
    proofing_of,
    returned_before,
)
from records.letters.queries.findings import finding_lines, open_lines
from records.letters.services.replies import mark_reply_read
from records.letters.services.writing import LetterAsked, LetterFindings, mark_handwritten, unmark_handwritten
from records.letters.views.saving import known_in, try_save
from records.models.records import Note
from records.rules import can_read_text

#: Buttons that keep a draft, and to which neighbour each goes on.
STEPS = {"draft": 0, "draft_next": 1, "draft_prev": -1}
#: 就这样交, the second button of the question that handing in asks.
ANYWAY = "hand_in_anyway"
TEXT_LEFT = "文字框里还有字。手写的寄语在这里不放文字：请先清空，或直接交稿。"


@page_for(Role.MENTOR)
def letters(request: ActorRequest) -> HttpResponse:
    """The pupils with the states of their letters, and where to begin."""
    now = chosen_term(request)
    desk = find_letter_desk(request.actor, now)
    context = {
        "desk": desk,
        "now": now,
        "next_open": desk.next_open(),
        "terms": own_terms(request.actor, now),
        "returned_before": returned_before(request.actor, now),
    }
    return render(request, "letters/desk.html", context)


@form_for(Role.MENTOR)
def letter_desk(request: ActorRequest, pk: int) -> HttpResponse:
    """One pupil's letter in the middle of the desk: keep a draft and go on, hand in, mark as written by hand."""
    now = chosen_term(request)
    term, with_advice = now.term, now.with_advice
    desk = find_letter_desk(request.actor, now, earlier_of=pk)
    row, key = desk.row_of(pk), draft_key(pk, term)
    if row is None:
        get_visible_or_404(own_letter_pupils, request.actor, now.year, pk=pk)
        raise PermissionDenied
    draft = FormDraft(key, row.draft, request.method == "POST")
    if request.method == "POST":
        return _post(request, desk, row, draft)
    initial = LetterForm.initial_of(row.letter)
    form = LetterForm(with_advice=with_advice, initial=draft.over(request, initial, LetterForm))
    context: dict[str, Any] = {"draft": draft}
    if row.letter is not None:
        context["conflict"] = draft.conflict(form, initial, row.letter.version, row.letter.pk)
    return _page(request, desk, row, form, context)


def _post(request: ActorRequest, desk: LetterDesk, row: DeskRow, draft: FormDraft) -> HttpResponse:
    action, pupil, now = request.POST.get("action", "draft"), row.pupil, desk.now
    if action == TAKE_STORED and row.letter is not None:
        kept = keep_stored(request, draft)
        offer_undo(request, KEPT_STORED, reverse("desk:draft_undo", args=[kept.pk]))
        return _on(desk, row)
    data = request.POST.copy()
    if action == ANYWAY:
        # 就这样交: what the page has asked about counts as waved aside; what was found since is asked about anew.
        data["known"] = f"{data.get('known', '')} {data.get('asked', '')}"
    form = LetterForm(data, with_advice=now.with_advice)
    context: dict[str, Any] = {"draft": draft}
    if action in ("handwritten", "typed"):
        return _by_hand(request, desk, row, form, context, done=action == "handwritten")
    if action == "check":
        body, advice = request.POST.get("body", ""), request.POST.get("advice", "")
        findings = check_for(request.actor, pupil, now.term, body, advice)
        known = known_in(form, row.letter)
        context |= {"findings": open_lines(findings, body=body, advice=advice, known=known), "is_checked": True}
        return _page(request, desk, row, form, context)
    if not form.is_valid():
        return _page(request, desk, row, form, context, status=422)
    hands_in = action in ("hand_in", ANYWAY)
    error = try_save(request, pupil, now.term, form, row.letter, draft_key=draft.key, hands_in=hands_in)
    if error is not None:
        return _refused(request, desk, row, form, context, error)
    if hands_in:
        messages.success(request, f"已交稿：{pupil.name}的{now.letter_label}。")
        following = desk.next_open(row)
        return _on(desk, following)
    messages.success(request, f"已存草稿：{pupil.name}的{now.letter_label}。")
    return _on(desk, desk.neighbour(row, STEPS.get(action, 0)) or row)


def _on(desk: LetterDesk, row: DeskRow | None) -> HttpResponse:
    """To the letter of `row`, or to the list, in the term that is looked at."""
    page = reverse("desk:letter_desk", args=[row.pupil.pk]) if row is not None else reverse("desk:letters")
    return redirect(page + desk.now.at)


def _by_hand(
    request: ActorRequest, desk: LetterDesk, row: DeskRow, form: LetterForm, context: dict[str, Any], *, done: bool
) -> HttpResponse:
    pupil, term = row.pupil, desk.now.term
    form.is_valid()
    if done and (form.data.get("body", "").strip() or form.data.get("advice", "").strip()):
        # What is typed would neither print nor reach the family: nobody loses it unseen.
        return _refused(request, desk, row, form, context, DomainError("text_left", TEXT_LEFT))
    version, submission = form.cleaned_data.get("version"), form.cleaned_data.get("submission")
    if version is None or submission is None:
        return _page(request, desk, row, form, context, status=422)
    actor, key = request.actor, draft_key(pupil.pk, term)
    refusal = attempt(
        lambda: (
            mark_handwritten(actor=actor, pupil=pupil, term=term, version=version, submission=submission, draft_key=key)
            if done
            else unmark_handwritten(actor=actor, pupil=pupil, term=term, version=version)
        )
    )
    if isinstance(refusal, DomainError):
        return _refused(request, desk, row, form, context, refusal)
    said = f"已记下：{pupil.name}的{desk.now.letter_label}是手写的。" if done else "可以在这里打字写了。"
    messages.success(request, said)
    return _on(desk, row)


def _refused(
    request: ActorRequest,
    desk: LetterDesk,
    row: DeskRow,
    form: LetterForm,
    context: dict[str, Any],
    error: DomainError,
) -> HttpResponse:
    """The page with the typed text, and why it was not saved."""
    stored = letter_of(request.actor, row.pupil, desk.now.term)
    if isinstance(error, LetterFindings):
        body, advice = form.cleaned_data["body"], form.cleaned_data.get("advice", "")
        context["findings"] = finding_lines(error.findings, body=body, advice=advice)
        context["asks"] = isinstance(error, LetterAsked)
    form.errors.clear()
    form.add_error(None, error.message)
    if stored is not None and error.code == "changed_meanwhile":
        form.show_version(stored.version)
        context["conflict"] = conflict_of(form, LetterForm.initial_of(stored), RecordKind.LETTER, stored.pk)
    return _page(request, desk, replace(row, letter=stored), form, context, status=422)


def _page(
    request: ActorRequest,
    desk: LetterDesk,
    row: DeskRow,
    form: LetterForm,
    context: dict[str, Any],
    *,
    status: int = 200,
) -> HttpResponse:
    def may_read(note: Note) -> bool:
        return can_read_text(request.actor, note)

    pupil, letter = row.pupil, row.letter
    beside = find_beside(request.actor, desk, pupil, may_read)
    context = {
        "desk": desk,
        "now": desk.now,
        "row": row,
        "pupil": pupil,
        "letter": letter,
        "form": form,
        "beside": beside,
        "previous": desk.neighbour(row, -1),
        "following": desk.neighbour(row, 1),
        "prompts": prompts_for(pupil, request.actor.today),
        "proofing": proofing_of(letter),
        "writes": row.is_written_here,
        "body_lines": paragraphs(letter.body) if letter is not None else (),
        "advice_lines": paragraphs(letter.advice) if letter is not None and desk.now.with_advice else (),
        **context,
    }
    note_readings(actor=request.actor, records=beside.shown)
    if request.method == "GET" and row.reply is not None and row.reply.read_at is None:
        mark_reply_read(actor=request.actor, reply=row.reply)
    return render(request, "letters/desk.html", context, status=status)
