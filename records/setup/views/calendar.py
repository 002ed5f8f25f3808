"""The calendar 校历 of the present year and of the next: to look at, to change, and as a file."""

from typing import Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import SCHOOL_ROLES
from accounts.http import ActorRequest, form_for, page_for
from core.clock import now
from core.errors import DomainError
from core.saving import attempt, form_saved, refuse, show_form
from records.setup.documents.ics import MOST_BYTES, merged, read_ics, write_ics
from records.setup.forms.calendar import CalendarForm, posted
from records.setup.queries.calendar import CalendarState, calendar_of
from records.setup.queries.months import months_of
from records.setup.services.calendar import CalendarChange, change_calendar, rehearse_calendar
from records.setup.services.school import KEEPERS

#: Of the form's first submission what the second, which is sure, does not repeat.
NOT_ASKED_AGAIN: Final = frozenset({"csrfmiddlewaretoken", "press", "sure", "again", "read", "ics"})


def _following(request: ActorRequest) -> bool:
    return request.GET.get("year") == "next"


def _address(name: str, *, following: bool) -> str:
    return reverse(name) + ("?year=next" if following else "")


@page_for(*SCHOOL_ROLES)
def calendar(request: ActorRequest) -> HttpResponse:
    """The year's months, for everybody in the school."""
    following = _following(request)
    state = calendar_of(request.actor, following=following)
    context = {
        "state": state,
        "following": following,
        "months": months_of(state.dates, request.actor.today),
        "may_edit": request.actor.has(*KEEPERS),
    }
    return render(request, "setup/calendar/page.html", context)


@page_for(*SCHOOL_ROLES)
def calendar_file(request: ActorRequest) -> HttpResponse:
    """The year's calendar as an .ics file."""
    state = calendar_of(request.actor, following=_following(request))
    data = write_ics(
        school_name=state.school.name,
        school_code=state.school.code,
        start_year=state.start_year,
        dates=state.dates,
        at=now(),
    )
    response = HttpResponse(data, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{state.school.code}-{state.start_year}.ics"'
    return response


@form_for(*KEEPERS)
def edit_calendar(request: ActorRequest) -> HttpResponse:
    """The form of all dates of a year. First what the change does is told; once that is said to be right, it is saved.

    A file is read into the same form, and nothing is kept before it was looked at.
    """
    actor, following = request.actor, _following(request)
    state = calendar_of(actor, following=following)
    if "read" in request.POST:
        return _show(request, _read_file(request, state), state, following=following)
    form = CalendarForm(state, request.POST if request.method == "POST" else None)
    if "again" in request.POST or not form.is_valid():
        return _show(request, form, state, following=following)
    dates, seen = form.dates(), form.cleaned_data["seen"]
    if "sure" not in request.POST:
        told = form_saved(form, lambda: rehearse_calendar(actor=actor, following=following, seen=seen, dates=dates))
        if told is None:
            return _show(request, form, state, following=following)
        if not told.value.is_quiet:
            return _ask(request, told.value, following=following)
    if form_saved(form, lambda: change_calendar(actor=actor, following=following, seen=seen, dates=dates)):
        messages.success(request, f"{state.name}校历已保存。提醒和各项时间都按它来算。")
        return redirect(_address("setup:calendar", following=following))
    return _show(request, form, state, following=following)


def _show(request: ActorRequest, form: CalendarForm, state: CalendarState, *, following: bool) -> HttpResponse:
    # What is drawn is what was typed, as far as it can be read.
    typed = form.dates() if form.is_bound and form.is_valid() else state.dates
    context = {
        "state": state,
        "following": following,
        "months": months_of(typed, request.actor.today),
        "parts": form.rows.forms,
        "back": _address("setup:calendar", following=following),
    }
    return show_form(request, "setup/calendar/edit.html", form, **context)


def _read_file(request: ActorRequest, state: CalendarState) -> CalendarForm:
    """The form with what the file says in it, or with what is wrong with the file above it."""
    form = CalendarForm(state, request.POST)
    typed = form.dates() if form.is_valid() else state.dates
    upload = request.FILES.get("ics")
    if upload is None:
        form = CalendarForm(state, posted(state.start_year, typed, state.mark))
        form.add_error(None, forms.ValidationError("请先选一个 .ics 文件，再读入。", code="no_file"))
        return form
    # One byte more than may be tells that it is too much.
    data = upload.read(MOST_BYTES + 1)
    read = attempt(lambda: read_ics(data, state.start_year))
    if isinstance(read, DomainError):
        form = CalendarForm(state, posted(state.start_year, typed, state.mark))
        refuse(form, read)
        return form
    messages.info(request, _read_words(len(read.spans) + len(read.terms), read.unknown, read.elsewhere))
    return CalendarForm(state, posted(state.start_year, merged(typed, read), state.mark))


def _read_words(count: int, unknown: tuple[str, ...], elsewhere: int) -> str:
    words = f"从文件读到 {count} 条日期，已经填在下面，请核对后再保存。" if count else "文件里没有读到这一学年的日期。"
    if unknown:
        more = f"等 {len(unknown)} 条" if len(unknown) > 5 else ""
        words += f"没有认出类别、没有填入的：{'、'.join(unknown[:5])}{more}。"
    return words + (f"另有 {elsewhere} 条不在这一学年。" if elsewhere else "")


def _ask(request: ActorRequest, told: CalendarChange, *, following: bool) -> HttpResponse:
    """What the change does, and the same form once more with `sure`."""
    again = [(n, v) for n, values in request.POST.lists() for v in values if n not in NOT_ASKED_AGAIN]
    context = {
        "told": told,
        "again": again,
        "address": _address("setup:edit_calendar", following=following),
        "back": _address("setup:calendar", following=following),
    }
    return render(request, "setup/calendar/confirm.html", context)
