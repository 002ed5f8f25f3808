"""发送情况: what the school sends, what became of it, and sending again what did not arrive."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from core.saving import button_done
from core.text import small_number
from notices.enums import Channel, OutboxState
from notices.queries import (
    MessageFilter,
    counts_by_state,
    messages_found,
    push_hours,
    sent_by_day,
    without_address,
    without_mails,
)
from notices.services import send_again
from notices.services.outbox import MOST_AGAIN
from schools.queries import schools_visible_to

PAGE_SIZE = 50


@page_for(Role.SCHOOL_ADMIN)
def overview(request: ActorRequest) -> HttpResponse:
    """How many wait, went out and were given up; by day and channel; who has no address."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to, actor, pk=actor.school_id)
    context = {
        "counts": counts_by_state(actor),
        "days": sent_by_day(actor),
        "without": without_address(actor).count(),
        "switched_off": without_mails(actor),
        "hours": push_hours(school.pk),
    }
    return render(request, "notices/sending.html", context)


@page_for(Role.SCHOOL_ADMIN)
def messages_page(request: ActorRequest) -> HttpResponse:
    """The messages, paged: `?state=`, `?channel=` and `?day=` filter. Neither texts nor anybody's pupils."""
    actor, wanted = request.actor, MessageFilter.of(request.GET)
    counts = counts_by_state(actor, messages_found(actor, wanted, any_state=True))
    page = Paginator(messages_found(actor, wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "wanted": wanted,
        "tabs": [("", "全部", sum(counts.values())), *((s.value, s.label, counts[s.value]) for s in OutboxState)],
        "channels": Channel,
        "can_again": any(message.state == OutboxState.FAILED for message in page),
    }
    return render(request, "notices/messages.html", context)


@action_for(Role.SCHOOL_ADMIN)
def again(request: ActorRequest) -> HttpResponse:
    """Send the chosen messages once more, or all that the list's filter finds."""
    actor, wanted = request.actor, MessageFilter.of(request.POST)
    if "all" in request.POST:
        found = messages_found(actor, wanted).filter(state=OutboxState.FAILED)
        keys = list(found.values_list("pk", flat=True)[: MOST_AGAIN + 1])
    else:
        keys = [key for one in request.POST.getlist("message") if (key := small_number(one)) is not None]
    if not keys:
        messages.warning(request, "请先勾选要再发的消息。")
    elif done := button_done(request, lambda: send_again(actor=actor, keys=keys)):
        left = f"另外 {len(keys) - done.value} 条现在不能再发。" if done.value < len(keys) else ""
        messages.success(request, f"{done.value} 条消息会再发一次，在学校的发送时间内发出。{left}")
    return redirect(f"{reverse('sending:messages')}?{wanted.query}")


@page_for(Role.SCHOOL_ADMIN)
def no_address(request: ActorRequest) -> HttpResponse:
    """Who has no e-mail address yet, paged."""
    page = Paginator(without_address(request.actor), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "notices/without_address.html", {"page": page})
