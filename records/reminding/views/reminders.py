"""德育室's page 提醒: what comes, what went out, the rules, and when nobody is told."""

import datetime
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.clock import now
from core.saving import button_done, form_saved, show_form
from mentors.staff.queries.roles import colleagues
from records.reminding.contexts import ACTIONS
from records.reminding.forms import PauseForm, RulesForm, SentFilterForm
from records.reminding.models import ReminderPause
from records.reminding.queries.coming import coming_days, coming_windows, first_coming, summed_up
from records.reminding.queries.rules import reminder_rules
from records.reminding.queries.sent import pauses_of, sent_days, sent_on
from records.reminding.services.rules import end_pause, pause_reminders, save_reminder_rules
from schools.days import coming_days as days_to_come
from schools.queries import grades_of

PAGE_SIZE: Final = 50


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error


@page_for(Role.MORAL_OFFICE)
def home(request: ActorRequest) -> HttpResponse:
    """The days on which people will be told something, and the plan's windows that they hang on."""
    actor = request.actor
    calendar = actor.calendar.present
    context: dict[str, Any] = {"calendar": calendar}
    if calendar is not None:
        rules = reminder_rules(calendar.year.school_id, since=actor.today)
        after = first_coming(timezone.localtime(now()))
        names = {grade.pk: grade.name for grade in grades_of(calendar.year.school)}
        context |= {
            "days": summed_up(coming_days(calendar, rules, after=after)),
            "windows": coming_windows(calendar, rules, names, on=actor.today),
            "paused": next((span for span in rules.pauses if span.contains(actor.today)), None),
            "muted": len([spans for spans in rules.mutes.values() if any(one.contains(actor.today) for one in spans)]),
        }
    return render(request, "reminding/home.html", context)


@page_for(Role.MORAL_OFFICE)
def day(request: ActorRequest, on: str) -> HttpResponse:
    """Who will be told what on one day, in the very words, if nothing more is done until then."""
    actor, wanted = request.actor, _day(on)
    calendar = actor.calendar.now
    rules = reminder_rules(calendar.year.school_id, since=actor.today)
    coming = coming_days(calendar, rules, after=first_coming(timezone.localtime(now())), until=wanted)
    digests = coming.get(wanted, [])
    page = Paginator(digests, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "reminding/day.html", {"day": wanted, "page_obj": page})


@page_for(Role.MORAL_OFFICE)
def sent(request: ActorRequest) -> HttpResponse:
    """What went out, day by day."""
    page = Paginator(sent_days(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "reminding/sent.html", {"page_obj": page})


@page_for(Role.MORAL_OFFICE)
def sent_day(request: ActorRequest, on: str) -> HttpResponse:
    """What went out on one day: who, which words, read or not; `?name=` and `?unread=` filter."""
    wanted = _day(on)
    form = SentFilterForm(request.GET)
    typed = form.cleaned_data if form.is_valid() else {}
    rows = sent_on(request.actor, wanted, unread=typed.get("unread", False), name=typed.get("name", ""))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "reminding/sent_day.html", {"day": wanted, "page_obj": page, "form": form})


@form_for(Role.MORAL_OFFICE)
def rules(request: ActorRequest) -> HttpResponse:
    """When and whom the school reminds of each action."""
    actor = request.actor
    calendar = actor.calendar.now
    held = reminder_rules(calendar.year.school_id, since=actor.today)
    data = request.POST if request.method == "POST" else None
    form = RulesForm(data, labels={action: calendar.label(action) for action in ACTIONS}, rules=held)
    if form_saved(
        form,
        lambda: save_reminder_rules(
            actor=actor, rules=form.rules(), school_days_only=form.cleaned_data["school_days_only"]
        ),
    ):
        messages.success(request, "提醒规则已保存，从下一次提醒起生效。")
        return redirect("reminding:home")
    return show_form(request, "reminding/rules.html", form)


@form_for(Role.MORAL_OFFICE)
def pauses(request: ActorRequest) -> HttpResponse:
    """Who is told nothing, from when to when; a form for one more."""
    actor = request.actor
    days = days_to_come(actor.calendar.this_year(), actor.today)
    data = request.POST if request.method == "POST" else None
    form = PauseForm(colleagues(actor), days, data)
    if form_saved(
        form,
        lambda: pause_reminders(
            actor=actor,
            user=form.chosen,
            starts_on=form.cleaned_data["starts_on"],
            ends_on=form.cleaned_data["ends_on"],
            reason=form.cleaned_data["reason"],
        ),
    ):
        messages.success(request, "已设好。这段时间到期的，结束以后再提醒。")
        return redirect("reminding:pauses")
    return show_form(request, "reminding/pauses.html", form, pauses=pauses_of(actor))


@action_for(Role.MORAL_OFFICE)
def resume(request: ActorRequest, pk: int) -> HttpResponse:
    """Remind again from today on."""
    found = get_visible_or_404(ReminderPause, request.actor, pk=pk)
    if button_done(request, lambda: end_pause(actor=request.actor, pause=found)):
        messages.success(request, "已恢复提醒。")
    return redirect("reminding:pauses")
