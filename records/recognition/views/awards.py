"""表彰: the rounds, what colleagues say, who is honoured, and the 奖状."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from accounts.services import audit
from core.clock import today
from core.errors import DomainError
from core.paging import list_page
from core.saving import button_done, form_saved, show_form
from core.text import small_number
from core.unprintable import said_first, unprintable_names
from mentors.staff.documents.certificate import render_certificates
from records.papers.views.orders import pdf_response
from records.recognition.documents import certificates_of
from records.recognition.forms.awards import AwardRoundForm, CitationForm, NominationForm, RubricForm
from records.recognition.models import AwardRound, RubricSheet
from records.recognition.queries.awards import (
    Nominee,
    awards_of,
    colleagues,
    nominees,
    own_nomination_rows,
    own_nominations,
    rounds_visible_to,
    sheets_of,
)
from records.recognition.querysets import DECIDERS
from records.recognition.rules import can_decide, can_nominate, can_open_rounds, takes_nominations
from records.recognition.services.awards import (
    change_award_round,
    drop_award,
    honour,
    keep_rubric_notes,
    nominate,
    open_award_round,
    publish_awards,
    take_back_awards,
    take_back_nomination,
    withdraw_award_round,
)
from schools.days import coming_days

EVERYBODY = tuple(role for role in Role if role != Role.BUREAU)
PAGE_SIZE = 20


@page_for(*EVERYBODY)
def rounds(request: ActorRequest) -> HttpResponse:
    """All rounds, the latest first; those that are open to the actor's nomination say so."""
    page = list_page(request, PAGE_SIZE, rounds_visible_to, request.actor)
    rows = [(row, takes_nominations(row, request.actor), can_nominate(request.actor, row)) for row in page]
    context = {
        "rows": rows,
        "page_obj": page,
        "may_open": can_open_rounds(request.actor) and request.actor.calendar.year is not None,
    }
    return render(request, "recognition/list.html", context)


@form_for(Role.MORAL_OFFICE)
def new(request: ActorRequest) -> HttpResponse:
    """Open a round."""
    actor = request.actor
    days = coming_days(actor.calendar.this_year(), actor.today)
    form = AwardRoundForm(days, request.POST or None)
    if done := form_saved(form, lambda: open_award_round(actor=actor, data=form.round_data())):
        messages.success(request, "已发起，老师们可以推荐了。")
        return redirect("recognition:round", pk=done.value.pk)
    return show_form(request, "recognition/round_form.html", form, round=None)


@form_for(Role.MORAL_OFFICE)
def edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Change a round that is not published yet."""
    actor, row = request.actor, _round(request, pk)
    days = coming_days(row.year, min(actor.today, row.until))
    form = AwardRoundForm(days, request.POST or None, initial=AwardRoundForm.initial_of(row))
    if form_saved(form, lambda: change_award_round(actor=actor, round=row, data=form.round_data())):
        messages.success(request, "已保存。")
        return redirect("recognition:round", pk=pk)
    return show_form(request, "recognition/round_form.html", form, round=row)


@page_for(*EVERYBODY)
def round(request: ActorRequest, pk: int) -> HttpResponse:
    """One round: what it is about, what oneself said, and who is honoured once that is published."""
    actor, row = request.actor, _round(request, pk)
    context = {
        "round": row,
        "may_nominate": can_nominate(actor, row),
        "takes": takes_nominations(row, actor),
        "own": own_nominations(actor, row),
        "awards": awards_of(actor, row) if row.published_at is not None else [],
        "may_open": can_open_rounds(actor),
        "may_decide": can_decide(actor),
        "user_id": actor.user_id,
    }
    return render(request, "recognition/round.html", context)


@form_for(*EVERYBODY)
def nomination(request: ActorRequest, pk: int) -> HttpResponse:
    """Nominate a colleague; `?teacher=` names one whom one has nominated, to change the reason."""
    actor, row = request.actor, _round(request, pk)
    if not can_nominate(actor, row):
        raise PermissionDenied
    said = {one.teacher_id: one for one in own_nominations(actor, row)}
    former = said.get(small_number(request.GET.get("teacher")) or 0)
    initial = NominationForm.initial_of(former) if former is not None else {}
    form = NominationForm(colleagues(actor), request.POST or None, initial=initial)
    if form_saved(
        form,
        lambda: nominate(actor=actor, round=row, teacher=form.nominee, reason=form.cleaned_data["reason"]),
    ):
        messages.success(request, "已推荐，谢谢您。截止以前可以修改或撤回。")
        return redirect("recognition:round", pk=pk)
    return show_form(request, "recognition/nominate.html", form, round=row)


@action_for(*EVERYBODY)
def take_back(request: ActorRequest, pk: int) -> HttpResponse:
    """Take one's own nomination back."""
    found = get_visible_or_404(own_nomination_rows, request.actor, pk=pk)
    if button_done(request, lambda: take_back_nomination(actor=request.actor, nomination=found)):
        messages.success(request, "已撤回这条推荐。")
    return redirect("recognition:round", pk=found.round_id)


@page_for(*DECIDERS)
def people(request: ActorRequest, pk: int) -> HttpResponse:
    """All who were nominated, by name, with the reasons and the decisions; opening it is logged."""
    row = _round(request, pk)
    found = nominees(request.actor, row)
    audit(actor=request.actor, verb="read_nominations", target=row, kind=AuditKind.READ)
    context = {
        "round": row,
        "nominees": found,
        "chosen": sum(one.award is not None for one in found),
        "is_open": row.published_at is None and row.withdrawn_at is None,
        "may_open": can_open_rounds(request.actor),
    }
    return render(request, "recognition/people.html", context)


@form_for(*DECIDERS)
def person(request: ActorRequest, pk: int, teacher: int) -> HttpResponse:
    """One nominee: the reasons, what was noted by the school's rubric, and the decision, which a post makes."""
    row, found = _nominee(request, pk, teacher)
    form = CitationForm(request.POST or None, initial={"citation": found.award.citation if found.award else ""})
    if form_saved(
        form,
        lambda: honour(actor=request.actor, round=row, teacher=found.teacher, citation=form.cleaned_data["citation"]),
    ):
        messages.success(request, f"已把{found.teacher.name}老师列入名单。公布以前只有德育室和领导小组能看到。")
        return redirect("recognition:people", pk=pk)
    return _person(request, row, found, form, RubricForm(row, _own_sheet(request, row, found)))


@form_for(*DECIDERS)
def rubric(request: ActorRequest, pk: int, teacher: int) -> HttpResponse:
    """The actor's own words by the school's rubric about one nominee."""
    row, found = _nominee(request, pk, teacher)
    if not row.criteria:
        raise Http404
    form = RubricForm(row, _own_sheet(request, row, found), request.POST or None)
    if form_saved(
        form, lambda: keep_rubric_notes(actor=request.actor, round=row, teacher=found.teacher, notes=form.notes)
    ):
        messages.success(request, "已保存您的意见。")
        return redirect("recognition:person", pk=pk, teacher=teacher)
    initial = {"citation": found.award.citation if found.award else ""}
    return _person(request, row, found, CitationForm(initial=initial), form)


@action_for(*DECIDERS)
def drop(request: ActorRequest, pk: int, teacher: int) -> HttpResponse:
    """Take somebody off the list."""
    row, found = _nominee(request, pk, teacher)
    if button_done(request, lambda: drop_award(actor=request.actor, round=row, teacher=found.teacher)):
        messages.success(request, f"已把{found.teacher.name}老师移出名单。")
    return redirect("recognition:people", pk=pk)


@action_for(Role.MORAL_OFFICE)
def publish(request: ActorRequest, pk: int) -> HttpResponse:
    """Announce who is honoured."""
    row = _round(request, pk)
    if button_done(request, lambda: publish_awards(actor=request.actor, round=row)):
        messages.success(request, "已公布，受表彰的老师收到了通知。")
        return redirect("recognition:round", pk=pk)
    return redirect("recognition:people", pk=pk)


@action_for(Role.MORAL_OFFICE)
def unpublish(request: ActorRequest, pk: int) -> HttpResponse:
    """Take the announcement back."""
    row = _round(request, pk)
    if button_done(request, lambda: take_back_awards(actor=request.actor, round=row)):
        messages.success(request, "已收回公布，名单可以再改。")
    return redirect("recognition:people", pk=pk)


@action_for(Role.MORAL_OFFICE)
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take the whole round back."""
    row = _round(request, pk)
    if button_done(request, lambda: withdraw_award_round(actor=request.actor, round=row)):
        messages.success(request, "已撤回这次表彰。")
    return redirect("recognition:list")


@page_for(*EVERYBODY)
def certificates(request: ActorRequest, pk: int) -> HttpResponse:
    """The 奖状 as one PDF: all, or with `?teacher=` one; a teacher gets the own one, once it is published."""
    actor, row = request.actor, _round(request, pk)
    key = small_number(request.GET.get("teacher"))
    found = awards_of(actor, row, teacher_id=key)
    if not can_decide(actor):
        found = [award for award in found if award.teacher.user_id == actor.user_id]
    if not found:
        raise DomainError("nothing_to_print", "这里还没有可以打印的奖状。")
    if stop := said_first(request, unprintable_names(award.teacher.name for award in found)):
        return stop
    audit(actor=actor, verb="print_awards", target=row, kind=AuditKind.READ, detail={"awards": len(found)})
    on = row.published_at.date() if row.published_at is not None else today()
    return pdf_response(render_certificates(certificates_of(row, found, on)), f"{row.title}-奖状.pdf")


def _round(request: ActorRequest, pk: int) -> AwardRound:
    return get_visible_or_404(rounds_visible_to, request.actor, pk=pk)


def _own_sheet(request: ActorRequest, row: AwardRound, found: Nominee) -> RubricSheet | None:
    sheets = sheets_of(row, found.teacher)
    return next((sheet for sheet in sheets if sheet.author_id == request.actor.user_id), None)


def _person(
    request: ActorRequest, row: AwardRound, found: Nominee, citation: CitationForm, notes: RubricForm
) -> HttpResponse:
    others = [sheet for sheet in sheets_of(row, found.teacher) if sheet.author_id != request.actor.user_id]
    context = {
        "round": row,
        "nominee": found,
        "form": citation,
        "rubric": notes,
        "others": [(sheet.author.name, list(zip(row.criteria, sheet.notes, strict=False))) for sheet in others],
        "is_open": row.published_at is None and row.withdrawn_at is None,
    }
    refused = bool(citation.errors or notes.errors)
    return render(request, "recognition/person.html", context, status=422 if refused else 200)


def _nominee(request: ActorRequest, pk: int, teacher: int) -> tuple[AwardRound, Nominee]:
    row = _round(request, pk)
    found = nominees(request.actor, row, teacher_id=teacher)
    if not found:
        raise Http404
    if found[0].is_own:
        raise PermissionDenied
    return row, found[0]
