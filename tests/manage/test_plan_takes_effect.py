"""A plan version that begins later: on its day the capacities and the ticks follow it."""

import datetime

from mentors.models.slots import Mentor
from notices.models import Notice
from records.models.records import Tick
from records.office.services import follow_plan
from tests.cast import TODAY, SchoolCast
from tests.manage.test_plan import DONE_ONLY, declined_visit, save

NEXT_WEEK = TODAY + datetime.timedelta(days=7)


def state(cast: SchoolCast) -> tuple[int, str]:
    """The capacity of the mentor, and the one tick."""
    return Mentor.objects.get(pk=cast.slot.pk).capacity, Tick.objects.get().state


def test_capacities_and_ticks_wait_for_the_day(qingzhu: SchoolCast) -> None:
    declined_visit(qingzhu)
    assert state(qingzhu) == (15, "done")
    save(qingzhu, DONE_ONLY, effective_from=NEXT_WEEK, cap=12)
    follow_plan(year=qingzhu.year, on=NEXT_WEEK - datetime.timedelta(days=1))
    assert state(qingzhu) == (15, "done")
    follow_plan(year=qingzhu.year, on=NEXT_WEEK)
    assert state(qingzhu) == (12, "planned")


def test_a_cap_below_what_mentors_have_changes_nothing_and_is_told_to_the_admin_once(qingzhu: SchoolCast) -> None:
    declined_visit(qingzhu)
    save(qingzhu, DONE_ONLY, effective_from=NEXT_WEEK, cap=1)
    for _ in range(2):
        follow_plan(year=qingzhu.year, on=NEXT_WEEK)
    assert state(qingzhu) == (15, "done")
    notice = Notice.objects.get(kind="plan")
    assert (notice.recipient, notice.link) == (qingzhu.admin, "/plan/")
    assert "现有 2 名学生，超过新的上限 1 名" in notice.body
