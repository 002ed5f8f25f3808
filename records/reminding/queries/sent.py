"""What went out: by day, to whom, in which words, read or not."""

import datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from accounts.actors import Actor
from notices.models import Notice
from records.reminding.contexts import DIGEST, NUDGE
from records.reminding.models import Reminder, ReminderPause


def sent_days(actor: Actor) -> QuerySet[Reminder, Any]:
    """The days on which people were told anything, the newest first; to be paged.

    Each is a dict: `sent_on`, how many heard of it by the daily digest (`digests`) and by hand (`nudges`), and how many
    of these messages were opened (`read`).
    """
    rows = Reminder.objects.filter(school=actor.school_id, notice__isnull=False)
    return (
        rows.values("sent_on")
        .annotate(
            digests=Count("notice", filter=Q(notice__kind=DIGEST), distinct=True),
            nudges=Count("notice", filter=Q(notice__kind=NUDGE), distinct=True),
            read=Count("notice", filter=Q(notice__read_at__isnull=False), distinct=True),
        )
        .order_by("-sent_on")
    )


def sent_on(actor: Actor, day: datetime.date, *, unread: bool = False, name: str = "") -> QuerySet[Notice]:
    """What went out on `day` by the names of those who got it; to be paged. `name`: a part of the name."""
    told = Reminder.objects.filter(school=actor.school_id, sent_on=day, notice__isnull=False)
    rows = Notice.objects.in_school(actor).filter(pk__in=told.values("notice")).select_related("recipient")
    if unread:
        rows = rows.filter(read_at=None)
    if name:
        rows = rows.filter(recipient__name__icontains=name)
    return rows.order_by("recipient__name", "pk")


def pauses_of(actor: Actor) -> QuerySet[ReminderPause]:
    """The pauses that are not over, those of all first, each with its person. One query."""
    rows = ReminderPause.objects.visible_to(actor).lasting(actor.today).select_related("user", "set_by")
    return rows.order_by(F("user__name").asc(nulls_first=True), "starts_on", "pk")
