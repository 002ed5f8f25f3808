"""What a class's group of parents is told by a person: texts to be copied, without a name and without a code."""

import datetime

from django.conf import settings
from django.db.models import Max, Min
from django.urls import reverse

from accounts.actors import Actor
from core.clock import cn_full_day
from schools.calendar import YearCalendar
from students.models import FamilySlip


def slips_end_on(actor: Actor) -> datetime.date | None:
    """The last day of the school's slips, None where they end on several days or never. One query."""
    held = FamilySlip.objects.in_school(actor).filter(revoked_at=None, ends_on__gte=actor.today)
    days = held.aggregate(first=Min("ends_on"), last=Max("ends_on"))
    return days["first"] if days["first"] == days["last"] else None


def opening_of(actor: Actor) -> str:
    """How a family of the actor's school opens its child's page. One query."""
    until = slips_end_on(actor)
    valid = f"凭条到{cn_full_day(until)}有效。" if until is not None else ""
    return (
        f"请扫学校发的家长凭条上的二维码，或在浏览器打开 {settings.SITE_URL}{reverse('family:door')} ，"
        f"输入凭条上的码和登记手机号的后四位，不用注册。{valid}凭条丢了，请联系班主任。"
    )


def letters_told(actor: Actor, calendar: YearCalendar, place: str) -> str:
    """What the groups of a `place` (empty: of the school) are told after a release. One query."""
    return (
        f"【{actor.scope_name}】{place}各位家长：\n{calendar.term}的《{calendar.letter_label}》已经发布，"
        f"是导师写给孩子的话，请和孩子一起读。\n{opening_of(actor)}"
    )
