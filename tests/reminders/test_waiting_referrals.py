"""Counsellors are told, once, of what nobody took on the day it was made; the digest counts it with the rest."""

import datetime

from accounts.enums import Role
from accounts.services import grant_role
from notices.models import Notice, OutboxMessage
from records.care.services.referrals import acknowledge
from records.models.care import Referral
from records.reminding.models import Reminder
from records.reminding.queries.digests import plan_digests
from records.reminding.services.sending import send_digests
from tests.cast import SINCE, TODAY, SchoolCast
from tests.records.builders import visit_everybody
from tests.records.care.builders import referral

NEXT = TODAY + datetime.timedelta(days=1)


def told(cast: SchoolCast, day: datetime.date) -> dict[str, tuple[int, list[str]]]:
    """Who was sent which digest on a day: its count and lines."""
    return {d.user.name: (d.count, d.lines) for d in send_digests(on=day, schools=[cast.school])}


def mail_of(notice: Notice) -> str:
    return OutboxMessage.objects.get(notice=notice).subject


def test_a_referral_that_waits_is_told_once_on_the_day_after(qingzhu: SchoolCast) -> None:
    """Planted: what was told was not known any more, and the count was less by the referrals: no test failed."""
    visit_everybody(qingzhu)
    first, second = (referral(qingzhu, qingzhu.mentor, pupil) for pupil in qingzhu.pupils)
    Referral.objects.filter(pk=second.pk).update(created_at=datetime.datetime(2026, 11, 19, 1, tzinfo=datetime.UTC))
    Notice.objects.all().delete()
    assert "温言" not in told(qingzhu, TODAY)
    assert told(qingzhu, NEXT)["温言"] == (1, ["还有 1 条转介没有接收"])
    notice = Notice.objects.get(recipient=qingzhu.counsellor)
    assert (notice.title, notice.body, notice.link, mail_of(notice)) == (
        "11月19日（周四）：您有 1 条待办",
        "· 还有 1 条转介没有接收",
        "/counsel/",
        "【全员导师制】您有 1 条待办",
    )
    # The next day the second one is new, and the first is said with it; then there is no news.
    days = [told(qingzhu, NEXT + datetime.timedelta(days=n)).get("温言") for n in (0, 1, 2, 7)]
    assert days == [None, (2, ["还有 2 条转介没有接收"]), None, None]
    keys = Reminder.objects.filter(user=qingzhu.counsellor).order_by("sent_on", "key").values_list("key", "sent_on")
    assert list(keys) == [
        (f"referral:{first.pk}", NEXT),
        (f"referral:{second.pk}", NEXT + datetime.timedelta(days=1)),
    ]


def test_what_was_taken_waits_no_more_and_another_schools_is_not_told(qingzhu: SchoolCast, other: SchoolCast) -> None:
    referral(other, other.mentor, other.pupils[0])
    taken = referral(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    acknowledge(actor=qingzhu.actor(qingzhu.counsellor), referral=taken)
    assert "温言" not in told(qingzhu, NEXT)


def test_a_counsellor_with_pupils_hears_of_both_in_one_digest(qingzhu: SchoolCast) -> None:
    visit_everybody(qingzhu)
    grant_role(actor=qingzhu.system, user=qingzhu.mentor, role=Role.COUNSELLOR, school=qingzhu.school, starts_on=SINCE)
    referral(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    lines = ["还有 1 条转介没有接收", "还有 2 位同学没有谈心（11月25日前）"]
    assert told(qingzhu, NEXT)["林小满"] == (3, lines)
    notice = Notice.objects.get(recipient=qingzhu.mentor, kind="digest")
    assert (notice.link, notice.body) == ("/my/", "\n".join(f"· {line}" for line in lines))
    assert mail_of(notice) == "【全员导师制】您有 3 条待办"
    # At the next point of the talks' window the referral is no news: it was told.
    later = datetime.date(2026, 11, 23)
    assert told(qingzhu, later)["林小满"] == (2, lines[1:])
    assert {d.user.name for d in plan_digests(qingzhu.school, on=later)} & {"温言", "林小满"} == set()
