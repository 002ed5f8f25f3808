"""Sending what is due: the only writer of what people were reminded of by the daily task."""

import datetime
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from core.clock import cn_date
from core.nightly import each_done, for_each
from notices.enums import Saying
from notices.services import send_notice, tell_robots
from records.reminding.contexts import DIGEST, Digest, Reach
from records.reminding.models import Reminder
from records.reminding.queries.digests import plan_digests
from schools.models import School

#: The name of the daily task.
REMIND = "records.remind"


def send_digests(*, on: datetime.date, schools: Iterable[School]) -> Iterator[Digest]:
    """Send what `plan_digests` finds: inbox, and e-mail for those who gave an address. One transaction per person.

    Whoever cannot be told, and a school that cannot be looked through, hold up nobody: SomeFailed comes at the end.
    Running it again on the same day, or after a day on which it did not run, tells nobody the same thing twice.
    In the end the school's robots say to their groups how many were told on this day.
    """
    schools = list(schools)
    planned = each_done(REMIND, schools, lambda school: plan_digests(school, on=on))
    digests = (digest for _school, found in planned for digest in found)
    try:
        for digest, is_sent in each_done(REMIND, digests, lambda digest: _send(digest, on)):
            if is_sent:
                yield digest
    finally:
        for_each(REMIND, schools, lambda school: _tell_groups(school, on))


def _tell_groups(school: School, on: datetime.date) -> int:
    told = Reminder.objects.filter(school=school, sent_on=on)
    return tell_robots(
        school=school,
        saying=Saying.OPEN_WORK,
        key=on.isoformat(),
        count=lambda: told.values("user_id").distinct().count(),
    )


@transaction.atomic
def _send(digest: Digest, on: datetime.date) -> bool:
    # One at a time for a person: what another worker has told meanwhile is not told again.
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=digest.user.pk)
    told = Reminder.objects.filter(user=digest.user, key__in=digest.keys).values_list("key", flat=True)
    if set(told).issuperset(digest.keys):
        return False
    notice = send_notice(
        recipient=digest.user,
        school=digest.school,
        kind=DIGEST,
        title=f"{cn_date(on)}：您有 {digest.count} 条待办",
        body="\n".join(f"· {line}" for line in digest.lines),
        link=_leads_to(digest),
        dedup_key=f"{DIGEST}:{digest.school.code}:{on.isoformat()}",
        count=digest.count,
    )
    if notice is None:
        # Today's digest is out already: what is new since then is told tomorrow, and counts as told then.
        return False
    Reminder.objects.bulk_create(
        (Reminder(school=digest.school, user=digest.user, key=key, sent_on=on, notice=notice) for key in digest.keys),
        ignore_conflicts=True,
    )
    return True


def _leads_to(digest: Digest) -> str:
    """Where it is done, or seen: the own pupils first."""
    if not digest.items:
        return reverse("counsel:home")
    first = digest.items[0]
    if first.reach == Reach.CLASS:
        return reverse("office:class", args=[first.place_id])
    return reverse("office:dashboard" if first.reach == Reach.SCHOOL else "desk:home")
