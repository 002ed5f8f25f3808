"""德育室's letters 寄语发布: who has handed in, reading one, returning it, releasing many (Guyi plan 四(三)1)."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, get_visible_or_404, roles_required
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from records.enums import LetterState
from records.forms.office import STATE_LABELS, PlaceForm, ReleaseForm, ReturnForm
from records.models import GrowthLetter
from records.queries.dashboard import covered_classes, term_calendar
from records.queries.desk import Calendar
from records.queries.office_letters import (
    STATES,
    in_state,
    letter_counts,
    letter_rows,
    letters_owed,
    letters_to_release,
    readable_letters,
    row_of,
    school_letters,
    still_handed_in,
)
from records.services import release_letters, return_letter
from records.services.letters import CHANGED
from records.views.office import calendar_or_stop

PAGE_SIZE = 50


@roles_required(Role.MORAL_OFFICE)
@require_GET
@never_cache
def letters(request: ActorRequest) -> HttpResponse:
    """The term's letters in handing-out order; `?state=`, `?place=` and `?term=` filter, handed-in ones come first."""
    calendar = calendar_or_stop(request)
    classes = list(covered_classes(request.actor, calendar))
    data = request.GET.copy()
    data.setdefault("term", str(calendar.term.number))
    form = PlaceForm(data, calendar=calendar, classes=classes)
    state = request.GET.get("state", LetterState.HANDED_IN)
    state = state if state in STATES or state == "" else LetterState.HANDED_IN
    owed = letters_owed(request.actor, calendar, class_id=form.class_id, grade_id=form.grade_id)
    counts = letter_counts(owed)
    owed = in_state(owed, state)
    page = Paginator(owed, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "office/letters.html",
        {
            "calendar": calendar,
            "form": form,
            "place": data.get("place", "") if form.is_valid() else "",
            "place_label": _place_label(form),
            "state": state,
            "tabs": _tabs(data, state, counts),
            "to_release": counts[LetterState.HANDED_IN],
            "page_obj": page,
            "rows": letter_rows(request.actor, calendar, list(page.object_list)),
            "seen": now().isoformat(),
        },
    )


def _tabs(data: QueryDict, state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    tabs = []
    for value, label, count in (
        *((s, STATE_LABELS[s], counts[s]) for s in STATES),
        ("", "全部", sum(counts.values())),
    ):
        query = data.copy()
        query.pop("page", None)
        query["state"] = value
        tabs.append({"url": f"?{query.urlencode()}", "label": label, "count": count, "active": value == state})
    return tabs


def _place_label(form: PlaceForm) -> str:
    chosen = form.cleaned_data.get("place", "") if form.is_valid() else ""
    for value, label in form.fields["place"].choices:  # type: ignore[attr-defined]  # a ChoiceField has choices
        if isinstance(label, str):
            if value == chosen:
                return label
            continue
        for inner, name in label:
            if inner == chosen:
                return str(name).removesuffix("全部")
    return "全校"


def _letter(request: ActorRequest, pk: int) -> GrowthLetter:
    return get_visible_or_404(
        readable_letters(request.actor), request.actor, everyone=school_letters(request.actor), pk=pk
    )


@roles_required(Role.MORAL_OFFICE)
@require_http_methods(["GET", "POST"])
@never_cache
def letter(request: ActorRequest, pk: int) -> HttpResponse:
    """One letter with its text, to be released or returned; opening it is logged, a POST releases it."""
    found = _letter(request, pk)
    if request.method == "POST":
        seen_at = _seen_at(request)
        count = release_letters(actor=request.actor, term=found.term, letter_ids=[found.pk], seen_at=seen_at)
        if not count:
            if found.state == LetterState.HANDED_IN:
                messages.warning(request, CHANGED)
                return _render_letter(request, found, ReturnForm(), status=409)
            raise DomainError("not_handed_in", "这封寄语现在不是已交状态，请刷新后再看。")
        return _saved(request, found, f"已发布给{found.pupil.name}的家长。")
    audit(actor=request.actor, verb="open_letter", target=found, kind=AuditKind.READ)
    return _render_letter(request, found, ReturnForm())


@roles_required(Role.MORAL_OFFICE)
@require_POST
def return_to_mentor(request: ActorRequest, pk: int) -> HttpResponse:
    """Send a letter back with a reason."""
    found = _letter(request, pk)
    form = ReturnForm(request.POST)
    if not form.is_valid():
        return _render_letter(request, found, form, status=422)
    try:
        return_letter(actor=request.actor, letter=found, reason=form.cleaned_data["reason"], seen_at=_seen_at(request))
    except DomainError as error:
        if error.code != "changed_meanwhile":
            raise
        form.add_error(None, error.message)
        return _render_letter(request, found, form, status=409)
    return _saved(request, found, f"已退回{found.pupil.name}的寄语，导师会看到您的说明。")


@roles_required(Role.MORAL_OFFICE)
@require_POST
def release(request: ActorRequest) -> HttpResponse:
    """Release the ticked letters, or all handed-in ones of the place, in one go."""
    calendar = calendar_or_stop(request)
    form = ReleaseForm(request.POST, calendar=calendar, classes=list(covered_classes(request.actor, calendar)))
    if not form.is_valid():
        raise DomainError("release_unclear", "没有看清要发布哪些寄语，请返回列表重新选择。")
    chosen = [int(key) for key in form.cleaned_data["letters"]]
    if form.takes_all:
        chosen = letters_to_release(request.actor, calendar, class_id=form.class_id, grade_id=form.grade_id)
    count = 0
    if chosen:
        count = release_letters(actor=request.actor, term=calendar.term, letter_ids=chosen, seen_at=_seen_at(request))
    again = still_handed_in(request.actor, chosen)
    if count:
        messages.success(request, f"已发布 {count} 封寄语，家长凭条即可打开阅读。")
    if again:
        messages.warning(request, f"有 {again} 封刚刚又交了一稿，没有发布。请看过新稿再发布。")
    if not count and not again:
        messages.warning(request, "没有发布任何寄语：请先勾选状态为“已交”的寄语。")
    query = QueryDict(mutable=True)
    query["term"] = str(calendar.term.number)
    if form.cleaned_data["place"]:
        query["place"] = form.cleaned_data["place"]
    return redirect(f"{reverse('office:letters')}?{query.urlencode()}")


def _seen_at(request: ActorRequest) -> datetime.datetime | None:
    """When the page was made that the post comes from: what changed since then, nobody has read."""
    return parse_datetime(request.POST.get("seen", ""))


def _calendar_of(request: ActorRequest, found: GrowthLetter) -> Calendar | None:
    return term_calendar(request.actor, found.term.number)


def _render_letter(request: ActorRequest, found: GrowthLetter, form: ReturnForm, *, status: int = 200) -> HttpResponse:
    calendar = _calendar_of(request, found)
    row = row_of(request.actor, calendar, found) if calendar is not None else None
    context = {"letter": found, "row": row, "form": form, "calendar": calendar, "seen": now().isoformat()}
    return render(request, "office/letter.html", context, status=status)


def _saved(request: ActorRequest, found: GrowthLetter, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    if not getattr(request, "htmx", False):
        return redirect("office:letters")
    fresh = _letter(request, found.pk)
    calendar = _calendar_of(request, fresh)
    row = row_of(request.actor, calendar, fresh) if calendar is not None else None
    return render(request, "office/letter_saved.html", {"row": row, "calendar": calendar})
