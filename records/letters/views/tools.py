"""What answers while a letter is written: the checks, the sheet as it will print, the lined sheet for handwriting."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.gates import repeatable
from core.unprintable import said_first
from records.contexts import Letter
from records.desk.queries.form_start import letter_of
from records.desk.views.form_page import chosen_term
from records.letters.queries.checks import check_for
from records.letters.queries.desk import draft_key, find_letter_desk, own_letter_pupils, typed_letter
from records.letters.queries.findings import keys_in, open_lines
from records.letters.services.writing import wave_findings
from records.papers.documents.growth_letter import fits, render_letters, sheet_html, stylesheets
from records.papers.queries.letters import letter_context
from records.papers.queries.unprintable import in_papers
from records.papers.views.look import logo_address, look_address
from records.papers.views.orders import pdf_response
from schools.calendar import YearCalendar
from students.models import Pupil

#: Longer than a letter may be: what is cut off here is refused when it is saved.
MOST_BODY, MOST_ADVICE = 4200, 1100


@repeatable
@action_for(Role.MENTOR)
@sensitive_post_parameters()
def check(request: ActorRequest, pk: int) -> HttpResponse:
    """The findings of the text as it is typed; nothing is saved."""
    term, pupil = _target(request, pk)
    body, advice = _typed(request)
    findings = check_for(request.actor, pupil, term.term, body, advice) if body.strip() or advice.strip() else []
    lines = open_lines(findings, body=body, advice=advice, known=keys_in(request.POST.get("known", "")))
    context: dict[str, Any] = {"findings": lines, "is_checked": True}
    return render(request, "letters/_findings.html", context)


@action_for(Role.MENTOR)
def know(request: ActorRequest, pk: int) -> HttpResponse:
    """我知道了: the findings of `known` are waved aside, here and on every other device."""
    term, pupil = _target(request, pk)
    keys = keys_in(request.POST.get("known", ""))
    if keys:
        key = draft_key(pk, term.term)
        wave_findings(actor=request.actor, pupil=pupil, term=term.term, keys=keys, draft_key=key)
    return HttpResponse(status=204)


@repeatable
@action_for(Role.MENTOR)
@sensitive_post_parameters()
def preview(request: ActorRequest, pk: int) -> HttpResponse:
    """The sheet of the text as it is typed, as HTML of the paper's own template, and its look; nothing is saved."""
    paper = _paper(request, *_target(request, pk))
    context = {
        "sheet": sheet_html(paper, logo_address=logo_address(paper.school)),
        "fits": fits(paper),
        "design": paper.design.value,
        "css": [look_address(name, paper.school) for name in stylesheets(paper.design)],
        "drawing": look_address(f"letter_{paper.design.value}.svg", paper.school),
    }
    return render(request, "letters/_preview.html", context)


@action_for(Role.MENTOR)
@sensitive_post_parameters()
def preview_pdf(request: ActorRequest, pk: int) -> HttpResponse:
    """The PDF of the text as it is typed; nothing is saved. It says so, unless that very text may go out."""
    term, pupil = _target(request, pk)
    paper, stored = _paper(request, term, pupil), letter_of(request.actor, pupil, term.term)
    is_good = stored is not None and stored.may_go_out and (stored.body, stored.advice) == _trimmed(request)
    marked = paper if is_good else replace(paper, mark="预览：德育室还没有校对")
    return pdf_response(render_letters([marked]), f"{pupil.name}-{term.label}-预览.pdf")


@page_for(Role.MENTOR)
def lined(request: ActorRequest, pk: int) -> HttpResponse:
    """The lined sheet for one pupil, to be written by hand."""
    term, pupil = _target(request, pk)
    return _lined(request, term, [pupil], f"{pupil.name}-{term.label}-手写.pdf")


@page_for(Role.MENTOR)
def lined_all(request: ActorRequest) -> HttpResponse:
    """Lined sheets for all pupils whose letter is not handed in."""
    term = chosen_term(request)
    pupils = [row.pupil for row in find_letter_desk(request.actor, term).rows if row.is_open]
    if not pupils:
        raise DomainError("nothing_to_print", "这学期的寄语都已交稿，没有要手写的。")
    return _lined(request, term, pupils, f"{term.label}-手写.pdf")


def _target(request: ActorRequest, pk: int) -> tuple[YearCalendar, Pupil]:
    term = chosen_term(request)
    return term, get_visible_or_404(own_letter_pupils, request.actor, term.year, pk=pk)


def _typed(request: ActorRequest) -> tuple[str, str]:
    """Not trimmed: the findings name places in it."""
    body, advice = (request.POST.get(name, "").replace("\r\n", "\n").replace("\r", "\n") for name in ("body", "advice"))
    return body[:MOST_BODY], advice[:MOST_ADVICE]


def _trimmed(request: ActorRequest) -> tuple[str, str]:
    body, advice = _typed(request)
    return body.strip(), advice.strip()


def _paper(request: ActorRequest, term: YearCalendar, pupil: Pupil) -> Letter:
    body, advice = _typed(request)
    letter = typed_letter(request.actor, term, pupil, body, advice)
    if letter is None:
        raise PermissionDenied
    letter.handed_in_at = now()
    return letter_context(letter, on=request.actor.today)


def _lined(request: ActorRequest, term: YearCalendar, pupils: list[Pupil], name: str) -> HttpResponse:
    letters = [typed_letter(request.actor, term, pupil, "", "") for pupil in pupils]
    papers = [letter_context(letter, on=request.actor.today) for letter in letters if letter is not None]
    if stop := said_first(request, in_papers(papers)):
        return stop
    audit(actor=request.actor, verb="print_lined_letters", kind=AuditKind.READ, detail={"letters": len(papers)})
    return pdf_response(render_letters(papers), name)
