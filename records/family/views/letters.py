"""The family's pages: no account, a slip and the end of a phone number open one pupil's released letters.

The gate itself is `students.family`; the pages about the mentor are `mentors.rounds.views.choose`.
"""

from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.devices import know_device, visitor
from accounts.http import actor_of
from accounts.services.door import SLIP
from core.clock import today
from core.gates import repeatable
from core.saving import form_saved
from mentors.rounds.queries.choices import mentoring_of
from records.announcing.queries.announcements import announcements_for_family, told_to_family
from records.announcing.querysets import DONE
from records.care.queries.tree_hole import is_offered
from records.contexts import paragraphs
from records.family.forms import ReplyForm, SlipForm
from records.family.queries import letters_for_family, letters_to_read
from records.letters.services.writing import mark_letter_read
from records.models.records import GrowthLetter
from records.papers.documents.growth_letter import render_letters
from records.papers.queries.letters import letter_context
from students.family import (
    forget,
    is_open,
    is_staff_browser,
    posts_here,
    private,
    remember,
    typed_before,
    with_slip,
)
from students.models import FamilySlip
from students.queries import valid_slip
from students.services import open_slip

#: Fields of the family's forms that hold what a person wrote.
WORDS = frozenset({"text", "reason", *(f"reason_{rank}" for rank in range(1, 10))})


@repeatable
@private
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def slip(request: HttpRequest, key: str) -> HttpResponse:
    """Asks for the code and the phone's last four digits; names nobody before both are right."""
    found = valid_slip(key)
    if request.method != "POST" and found is not None and is_open(request, found):
        return _land(found)
    form = SlipForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        subject = str(found.pk) if found is not None else key
        opened = form_saved(
            form,
            lambda: open_slip(
                key=key,
                code=form.cleaned_data["code"],
                phone_tail=form.cleaned_data["phone_tail"],
                visitor=visitor(request, SLIP, subject),
                by=actor_of(request),
            ),
        )
        if opened is not None:
            return _opened(request, opened.value, own=form.cleaned_data["own_phone"])
        if form.has_error(NON_FIELD_ERRORS, "slip_locked"):
            status = 429
    return posts_here(
        render(request, "family/slip.html", {"form": form, "school": found.school if found else None}, status=status)
    )


def _opened(request: HttpRequest, opened: FamilySlip, *, own: bool) -> HttpResponse:
    """On to the pages; the own phone is known from now on, so that no stranger's tries slow it down."""
    remember(request, opened, own=own)
    response = redirect("family:resume", key=opened.key) if typed_before(request, opened) else _land(opened)
    if own and not request.user.is_authenticated:
        know_device(request, response, SLIP, str(opened.pk))
    return response


@private
@require_safe
@with_slip
def resume(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """What was being typed when the page shut, to be sent now that the code was entered again."""
    typed = typed_before(request, opened)
    if typed is None:
        return _land(opened)
    words = [value for name, value in typed.fields if name in WORDS and value.strip()]
    context = {"slip": opened, "school": opened.school, "typed": typed, "words": words}
    return render(request, "family/resume.html", context)


@private
@require_POST
def end(request: HttpRequest, key: str) -> HttpResponse:
    """End the looking on this device, whatever it has opened."""
    forget(request)
    messages.success(request, "已结束查看。要再看，请重新输入凭条码。")
    return redirect("family:slip", key=key)


def _land(opened: FamilySlip) -> HttpResponse:
    """Home, or straight to the only thing there is; to the letters where nothing is there yet.

    A mentor whom no matching round brought is no news: those families come for the letters.
    """
    letters = list(letters_for_family(opened).values_list("pk", flat=True)[:2])
    mentoring = mentoring_of(opened.pupil)
    asked, found = mentoring.waits, mentoring.mentors and (mentoring.published or not letters)
    told = announcements_for_family(opened, today()).exclude(DONE).exists()
    if told or sum(map(bool, (letters, asked, found))) > 1:
        return redirect("family:home", key=opened.key)
    if asked:
        return redirect("choose:mentors", key=opened.key)
    if found:
        return redirect("choose:mine", key=opened.key)
    if len(letters) == 1:
        return redirect("family:letter", key=opened.key, pk=letters[0])
    return redirect("family:letters", key=opened.key)


@private
@require_safe
@with_slip
def home(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """What the slip opens: the mentor, choosing one, the letters."""
    rows = letters_to_read(opened)
    told = told_to_family(opened, today())
    context = {
        "announcements": told,
        "new_announcement": any(not one.is_read for one in told),
        "to_confirm": any(one.needs_receipt and not one.is_confirmed for one in told),
        "slip": opened,
        "school": opened.school,
        "mentoring": mentoring_of(opened.pupil),
        "letters": len(rows),
        "unread": sum(1 for row in rows if row.read_at is None),
        "has_tree_hole": is_offered(opened),
    }
    return render(request, "family/home.html", context)


@private
@require_safe
@with_slip
def letters(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """The released letters, newest first."""
    rows = letters_to_read(opened)
    return render(request, "family/letters.html", {"slip": opened, "school": opened.school, "letters": rows})


@private
@require_safe
@with_slip
def letter(request: HttpRequest, opened: FamilySlip, pk: int) -> HttpResponse:
    """One letter as it stands on paper; the first reading is noted."""
    found = get_object_or_404(letters_for_family(opened), pk=pk)
    if not _note_reading(request, found):
        return _not_now(request, opened)
    return show_letter(request, opened, found)


def _not_now(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """The letter was taken back or corrected at this very moment."""
    messages.info(request, "这封寄语学校正在修改。如果下面没有它，改好以后会再发布；如果有，请重新打开。")
    return redirect("family:letters", key=opened.key)


def show_letter(
    request: HttpRequest, opened: FamilySlip, found: GrowthLetter, *, form: ReplyForm | None = None, status: int = 200
) -> HttpResponse:
    """The letter's page, with the family's reply beneath; `form` is one that was refused."""
    paper = letter_context(found)
    reply = getattr(found, "reply", None)
    context: dict[str, Any] = {
        "slip": opened,
        "school": opened.school,
        "letter": found,
        "paper": paper,
        "body_lines": paragraphs(paper.body),
        "advice_lines": paragraphs(paper.advice),
        "has_more": letters_for_family(opened).exclude(pk=found.pk).exists(),
        "reply": reply,
        "reply_form": form or ReplyForm(initial={"text": reply.text if reply is not None else ""}),
    }
    response = render(request, "family/letter.html", context, status=status)
    # The reply is a form: see `slip`.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@private
@require_safe
@with_slip
def letter_pdf(request: HttpRequest, opened: FamilySlip, pk: int) -> HttpResponse:
    """The letter as a PDF; one letter takes about a tenth of a second. One that was written by hand has none."""
    found = get_object_or_404(letters_for_family(opened).filter(handwritten=False), pk=pk)
    if not _note_reading(request, found):
        return _not_now(request, opened)
    paper = letter_context(found)
    name = quote(f"{paper.title}-{paper.pupil_name}-{paper.term}.pdf")
    return HttpResponse(
        render_letters([paper]),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f"attachment; filename=\"letter.pdf\"; filename*=UTF-8''{name}",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _note_reading(request: HttpRequest, found: GrowthLetter) -> bool:
    """Whether the letter may be shown. A teacher who helps, on a device on which they sign in, is not the family."""
    return is_staff_browser(request) or mark_letter_read(letter=found)
