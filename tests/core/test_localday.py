"""The day of a moment is Django's, whoever reckons it."""

import datetime

import pytest
from django.db.models.functions import TruncDate
from django.utils import timezone

from accounts.models import User
from core.localday import LocalDay
from tests.cast import SchoolCast

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

UTC = datetime.UTC
#: The last second of a day and the first of the next, with parts of a second, the turn of a leap year, and none.
MOMENTS = (
    (datetime.datetime(2026, 11, 18, 15, 59, 59, 999_999, UTC), datetime.date(2026, 11, 18)),
    (datetime.datetime(2026, 11, 18, 16, 0, 0, 0, UTC), datetime.date(2026, 11, 19)),
    (datetime.datetime(2028, 2, 28, 20, 0, 0, 1, UTC), datetime.date(2028, 2, 29)),
    (None, None),
)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
def test_the_day_is_that_of_the_schools_clock(qingzhu: SchoolCast, zone: str) -> None:
    for moment, day in MOMENTS:
        User.objects.filter(pk=qingzhu.mentor.pk).update(email_verified_at=moment)
        with timezone.override(zone):
            [found] = (
                User.objects.filter(pk=qingzhu.mentor.pk)
                .annotate(ours=LocalDay("email_verified_at"), djangos=TruncDate("email_verified_at"))
                .values_list("ours", "djangos")
            )
        assert found[0] == found[1]
        assert zone != "Asia/Shanghai" or found[0] == day
