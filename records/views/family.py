"""The family's pages: no account, a slip and the end of a phone number open one pupil's released letters.

What was opened is remembered in the session as a signed mark that names the slip and holds for two hours.
"""

import datetime
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec
from urllib.parse import quote

from django.contrib import messages
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import DomainError
from core.gates import public
from records.contexts import paragraphs
from records.documents.growth_letter import render_letters
from records.forms.family import SlipForm
from records.forms.letter_desk import ReplyForm
from records.models import GrowthLetter
from records.queries.family import letters_for_family, valid_slip
from records.queries.papers_letter import letter_context
from records.services import mark_letter_read
from students.models import FamilySlip
from students.services import open_slip

ACCESS_FOR: Final = datetime.timedelta(hours=2)
SESSION_KEY: Final = "family_slips"
SALT: Final = "family-slip-access"

P = ParamSpec("P")


def private(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Open to people without an account; nothing stays in a shared phone's cache, no other site learns the link."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response.headers["Cache-Control"] = "no-store, private"
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    return public(guarded)


@private
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def slip(request: HttpRequest, key: str) -> HttpResponse:
    """Asks for the code and the phone's last four digits; names nobody before both are right."""
    found = valid_slip(key)
    if request.method == "GET" and found is not None and _is_open(request, found):
        return redirect("family:letters", key=key)
    form = SlipForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                opened = open_slip(key=key, code=form.cleaned_data["code"], phone_tail=form.cleaned_data["phone_tail"])
            except DomainError as error:
                form.add_error(None, error.message)
                status = 429 if error.code == "slip_locked" else 422
            else:
                _remember(request, opened)
                return _to_letters(opened)
    response = render(
        request, "family/slip.html", {"form": form, "school": found.school if found else None}, status=status
    )
    # With no-referrer a browser posts this form with "Origin: null", which the CSRF check has to refuse.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _to_letters(opened: FamilySlip) -> HttpResponse:
    """Straight to the letter if there is one only."""
    only = list(letters_for_family(opened).values_list("pk", flat=True)[:2])
    if len(only) == 1:
        return redirect("family:letter", key=opened.key, pk=only[0])
    return redirect("family:letters", key=opened.key)


def with_slip(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Hands the opened slip to `view`; without one, back to the question."""

    @wraps(view)
    def guarded(request: HttpRequest, key: str, **kwargs: Any) -> HttpResponse:
        found = valid_slip(key)
        if found is None or not _is_open(request, found):
            messages.info(request, "请先输入凭条码和手机号后四位。")
            return redirect("family:slip", key=key)
        return view(request, found, **kwargs)

    return guarded


@private
@require_GET
@with_slip
def letters(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """The released letters, newest first."""
    rows = list(letters_for_family(opened))
    return render(request, "family/letters.html", {"slip": opened, "school": opened.school, "letters": rows})


@private
@require_GET
@with_slip
def letter(request: HttpRequest, opened: FamilySlip, pk: int) -> HttpResponse:
    """One letter as it stands on paper; the first reading is noted."""
    found = get_object_or_404(letters_for_family(opened), pk=pk)
    _note_reading(request, found)
    return show_letter(request, opened, found)


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
@require_GET
@with_slip
def letter_pdf(request: HttpRequest, opened: FamilySlip, pk: int) -> HttpResponse:
    """The letter as a PDF; one letter takes about a tenth of a second. One that was written by hand has none."""
    found = get_object_or_404(letters_for_family(opened).filter(handwritten=False), pk=pk)
    paper = letter_context(found)
    _note_reading(request, found)
    name = quote(f"{paper.title}-{paper.pupil_name}-{paper.term}.pdf")
    return HttpResponse(
        render_letters([paper]),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f"attachment; filename=\"letter.pdf\"; filename*=UTF-8''{name}",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _note_reading(request: HttpRequest, found: GrowthLetter) -> None:
    """A teacher who helps with the slip, signed in on the same device, is not the family."""
    if not request.user.is_authenticated:
        mark_letter_read(letter=found)


def _remember(request: HttpRequest, opened: FamilySlip) -> None:
    # A new session key: one that somebody planted before opens nothing.
    request.session.cycle_key()
    marks = dict(request.session.get(SESSION_KEY, {}))
    marks[str(opened.pk)] = signing.dumps(opened.pk, salt=SALT)
    request.session[SESSION_KEY] = marks


def _is_open(request: HttpRequest, found: FamilySlip) -> bool:
    mark = request.session.get(SESSION_KEY, {}).get(str(found.pk), "")
    try:
        return bool(signing.loads(mark, salt=SALT, max_age=ACCESS_FOR) == found.pk)
    except signing.BadSignature:
        return False
