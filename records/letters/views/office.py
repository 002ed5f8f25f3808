"""德育室's letters 寄语发布: who has handed in, and releasing many at once or at a set time (Guyi plan 四(三)1)."""

import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, page_for
from core.clock import now
from core.errors import DomainError
from core.lists import ordered
from core.saving import attempt
from core.templatetags.words import cn_moment
from jobs.lists import taken_out
from records.enums import LetterState
from records.letters.forms import STATE_LABELS, LetterFilterForm, ReleaseForm, ScheduleForm
from records.letters.queries.office import (
    ACCEPTED,
    MISSING,
    NOTED,
    ON_PAPER,
    SCHEDULED,
    STATES,
    WAITING,
    ReleaseQuestion,
    in_state,
    letter_counts,
    letter_rows,
    letters_out,
    letters_owed,
    letters_to_release,
    mentor_choices,
    release_question,
    still_handed_in,
    still_out,
)
from records.letters.services.after_release import withdraw_letters
from records.letters.services.office import cancel_schedule, release_letters, schedule_release
from records.office.forms.office import PlaceForm
from records.office.queries.dashboard import covered_classes
from records.office.queries.pupils import PUPIL_ORDERS, Reminded, may_be_reminded, people_of
from records.office.views.dashboard import calendar_or_stop
from records.papers.queries.group_texts import letters_told
from schools.calendar import YearCalendar
from schools.enums import ActionKind
from students.querysets import EnrolmentQuerySet

PAGE_SIZE = 50
#: Right after a release the list shows what the groups of parents are told.
TOLD = "told"
#: What the question before a release carries on.
ASKED_AGAIN = ("scope", "letters", "place", "mentor", "term", "seen", "state")


@page_for(Role.MORAL_OFFICE)
def letters(request: ActorRequest) -> HttpResponse:
    """The term's letters in handing-out order; `?state=`, `?place=`, `?mentor=` and `?term=` filter.

    Those that wait to be read come first.
    """
    calendar = calendar_or_stop(request)
    data = request.GET.copy()
    data.setdefault("term", calendar.key)
    form = LetterFilterForm(data, **_choices(request, calendar))
    state = request.GET.get("state", LetterState.HANDED_IN)
    state = state if state in (*STATES, NOTED, "") else LetterState.HANDED_IN
    owed = letters_owed(
        request.actor, calendar, class_id=form.class_id, grade_id=form.grade_id, mentor_id=form.mentor_id
    )
    counts = letter_counts(owed)
    owed = in_state(owed, state).order_by(*ordered(request.GET.get("sort", ""), PUPIL_ORDERS))
    pages = Paginator(owed, PAGE_SIZE)
    # Counted already.
    pages.count = counts[state] if state else sum(counts[s] for s in STATES)
    page = pages.get_page(request.GET.get("page"))
    rows = letter_rows(request.actor, calendar, list(page.object_list))
    picks_released = state == LetterState.RELEASED
    can_take_back = picks_released and any(row.can_come_back for row in rows)
    told = TOLD in request.GET and counts[LetterState.RELEASED]
    return render(
        request,
        "letters/office/list.html",
        {
            "calendar": calendar,
            "form": form,
            "place": data.get("place", "") if form.is_valid() else "",
            "mentor": form.mentor_id or "",
            "place_label": form.place_label,
            "state": state,
            "tabs": _tabs(data, state, counts),
            "to_release": counts[LetterState.HANDED_IN] + counts[ACCEPTED],
            "has_form": can_take_back or any(counts[s] for s in (LetterState.HANDED_IN, ACCEPTED, SCHEDULED, ON_PAPER)),
            "picks_released": picks_released,
            "can_take_back": can_take_back,
            "can_pick": can_take_back or any(row.is_releasable for row in rows),
            "accepted": counts[ACCEPTED],
            "copied": letters_told(request.actor, calendar, form.place_label if form.place else "") if told else "",
            "reminded": _reminded(request, calendar, form, owed) if state == MISSING else None,
            "to_proof": next((row for row in rows if row.state == LetterState.HANDED_IN and not row.is_own), None),
            "page_obj": page,
            "rows": rows,
            "schedule_form": ScheduleForm(today=request.actor.today),
            "seen": now().isoformat(),
        },
    )


def _reminded(
    request: ActorRequest, calendar: YearCalendar, form: LetterFilterForm, owed: EnrolmentQuerySet
) -> Reminded | None:
    """The button that reminds the mentors of letters that were not handed in."""
    if not may_be_reminded(request.actor, calendar, ActionKind.LETTER):
        return None
    kept = (("show", ActionKind.LETTER), ("place", form.place), ("mentor", str(form.mentor_id or "")))
    return Reminded(people_of(owed, calendar.year), (*kept, ("term", calendar.key)))


@action_for(Role.MORAL_OFFICE)
def export(request: ActorRequest) -> HttpResponseBase:
    """The letters of the same filter with their way, without their texts, as a workbook or on paper."""
    calendar = calendar_or_stop(request)
    data = request.POST.copy()
    data["term"] = calendar.key
    form = LetterFilterForm(data, **_choices(request, calendar))
    state = request.POST.get("state", LetterState.HANDED_IN)
    if not form.is_valid() or state not in (*STATES, NOTED, ""):
        raise DomainError("filter_unclear", "没有看清要导出哪些寄语，请回到列表重新筛选。")
    owed = letters_owed(
        request.actor, calendar, class_id=form.class_id, grade_id=form.grade_id, mentor_id=form.mentor_id
    )
    term = f"{calendar.year.start_year}-{calendar.term.number}"
    where = {"term": term, "state": state, "place": form.place, "mentor": form.mentor_id}
    about = f"{calendar.term}　{form.place_label}　{STATE_LABELS.get(state, '全部')}"
    owed = in_state(owed, state).order_by(*ordered(request.POST.get("sort", ""), PUPIL_ORDERS))
    return taken_out(request, letters_out(request.actor, calendar, owed, STATE_LABELS, about=about, where=where))


def _choices(request: ActorRequest, calendar: YearCalendar) -> dict[str, Any]:
    return {
        "calendar": calendar,
        "classes": covered_classes(request.actor, calendar),
        "mentors": mentor_choices(request.actor, calendar.year),
    }


def _tabs(data: QueryDict, state: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    tabs = []
    for value, label, count in (
        # Most schools never brought anything in from paper.
        *((s, label, counts[s]) for s, label in STATE_LABELS.items() if s != ON_PAPER or counts[s] or s == state),
        ("", "全部", sum(counts[s] for s in STATES)),
    ):
        query = data.copy()
        for name in ("page", TOLD):
            query.pop(name, None)
        query["state"] = value
        tabs.append({"url": f"?{query.urlencode()}", "label": label, "count": count, "active": value == state})
    return tabs


@action_for(Role.MORAL_OFFICE)
def release(request: ActorRequest) -> HttpResponse:
    """Release the ticked letters, or all of the place that are handed in or were found good, in one go.

    Unless it is a single ticked one, the numbers are said first. Those with a set time of their own keep it unless
    they are ticked.
    """
    calendar, form, chosen = _chosen(request)
    seen_at = seen_moment(request)
    if (len(chosen) > 1 or not form.takes_ticked) and "sure" not in request.POST:
        question = release_question(request.actor, calendar.term, chosen, seen_at=seen_at)
        if question.count:
            return _ask(request, calendar, form, question, kept=len(chosen) - question.count)
    count = 0
    if chosen:
        count = release_letters(actor=request.actor, term=calendar.term, letter_ids=chosen, seen_at=seen_at)
    if count:
        messages.success(request, f"已发布 {count} 封寄语，家长凭条即可打开阅读。")
    left = still_handed_in(request.actor, chosen)
    if not count and not left and (chosen or not form.takes_ticked):
        messages.info(request, "没有要发布的寄语了：刚才已经发布，或者设了定时，到时自动发布。")
    else:
        _tell_left(request, left, count, "发布")
    return _to_list(form, calendar, told=count > 0)


def _ask(
    request: ActorRequest, calendar: YearCalendar, form: ReleaseForm, question: ReleaseQuestion, *, kept: int
) -> HttpResponse:
    """The numbers, and the same form once more with `sure`."""
    again = [(name, value) for name, values in request.POST.lists() for value in values if name in ASKED_AGAIN]
    context = {
        "calendar": calendar,
        "question": question,
        "kept": kept,
        "again": again,
        "place_label": "勾选的" if form.takes_ticked else form.place_label,
        "back": _list_url(form, calendar, state=request.POST.get("state", "")),
    }
    return render(request, "letters/office/release.html", context)


@action_for(Role.MORAL_OFFICE)
def schedule(request: ActorRequest) -> HttpResponse:
    """Set the time at which the chosen letters reach the families."""
    calendar, form, chosen = _chosen(request)
    times = ScheduleForm(request.POST, today=request.actor.today)
    if not times.is_valid():
        sentence = next(error for errors in times.errors.values() for error in errors)
        messages.warning(request, f"没有安排定时发布：{sentence}")
        return _to_list(form, calendar, state=request.POST.get("state", ""))
    count: int | DomainError = 0
    question = release_question(request.actor, calendar.term, chosen, seen_at=seen_moment(request))
    if chosen:
        count = attempt(
            lambda: schedule_release(
                actor=request.actor,
                term=calendar.term,
                letter_ids=chosen,
                at=times.moment,
                seen_at=seen_moment(request),
            ),
            only=("time_past", "time_far"),
        )
    if isinstance(count, DomainError):
        messages.warning(request, f"没有安排定时发布：{count.message}")
        return _to_list(form, calendar, state=request.POST.get("state", ""))
    if count:
        messages.success(request, f"{count} 封寄语将在 {cn_moment(times.moment)} 发布。导师再改动的，会自动取消定时。")
        if question.unread:
            messages.warning(request, f"{question.told}。到时会照样发布，请在这以前看一看。")
    _tell_left(request, len(chosen) - count, count, "安排")
    return _to_list(form, calendar, state=SCHEDULED if count else "")


@action_for(Role.MORAL_OFFICE)
def unschedule(request: ActorRequest) -> HttpResponse:
    """Take the set time off the chosen letters."""
    calendar, form, chosen = _chosen(request, states=(SCHEDULED,))
    count = cancel_schedule(actor=request.actor, term=calendar.term, letter_ids=chosen) if chosen else 0
    if count:
        messages.success(request, f"已取消 {count} 封寄语的定时发布。")
    else:
        messages.warning(request, "没有取消任何定时发布：请先勾选寄语。")
    return _to_list(form, calendar, state=SCHEDULED)


@action_for(Role.MORAL_OFFICE)
def withdraw(request: ActorRequest) -> HttpResponse:
    """Take back the ticked letters that no family has opened."""
    calendar, form, chosen = _chosen(request)
    count = 0
    if chosen and form.takes_ticked:
        count = withdraw_letters(actor=request.actor, term=calendar.term, letter_ids=chosen)
    if count:
        messages.success(request, f"已撤回 {count} 封寄语，家长看不到了。改好以后再发布。")
    if left := still_out(request.actor, chosen):
        messages.warning(
            request, f"有 {left} 封没有撤回：家长已经打开过的，请点开那一封更正；您自己写的，请另一位老师撤回。"
        )
    elif not count:
        messages.warning(request, "没有撤回任何寄语：请先勾选家长还没有打开的寄语。")
    return _to_list(form, calendar, state=LetterState.RELEASED)


def _chosen(request: ActorRequest, states: tuple[str, ...] = WAITING) -> tuple[YearCalendar, ReleaseForm, list[int]]:
    """Which letters the post means. Raises DomainError `release_unclear`."""
    calendar = calendar_or_stop(request)
    form = ReleaseForm(request.POST, **_choices(request, calendar))
    if not form.is_valid():
        raise DomainError("release_unclear", "没有看清要发布哪些寄语，请返回列表重新选择。")
    chosen = [int(key) for key in form.cleaned_data["letters"]]
    if form.takes_all or form.takes_accepted:
        chosen = letters_to_release(
            request.actor,
            calendar,
            class_id=form.class_id,
            grade_id=form.grade_id,
            mentor_id=form.mentor_id,
            states=(ACCEPTED,) if form.takes_accepted else states,
        )
    return calendar, form, chosen


def _tell_left(request: ActorRequest, left: int, count: int, done: str) -> None:
    if left:
        messages.warning(
            request, f"有 {left} 封没有{done}：刚刚又交了一稿的，请看过新稿再{done}；您自己写的，请另一位老师{done}。"
        )
    elif not count:
        messages.warning(request, f"没有{done}任何寄语：请先勾选已交的寄语。")


def _to_list(form: PlaceForm, calendar: YearCalendar, *, state: str = "", told: bool = False) -> HttpResponse:
    return redirect(_list_url(form, calendar, state=state, told=told))


def _list_url(form: PlaceForm, calendar: YearCalendar, *, state: str = "", told: bool = False) -> str:
    query = QueryDict(mutable=True)
    query["term"] = calendar.key
    for name in ("place", "mentor"):
        if form.cleaned_data.get(name):
            query[name] = str(form.cleaned_data[name])
    if state in (*STATES, NOTED):
        query["state"] = state
    if told:
        query[TOLD] = "1"
    return f"{reverse('office:letters')}?{query.urlencode()}"


def seen_moment(request: ActorRequest) -> datetime.datetime | None:
    """When the page was made that the post comes from: what changed since then, nobody has read."""
    text = request.POST.get("seen", "")
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    # What no page of ours wrote counts as long ago: then nothing goes out unread.
    long_ago = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
    if moment is None or moment.tzinfo is None or not 2000 < moment.year < 9999:
        return long_ago
    return moment
