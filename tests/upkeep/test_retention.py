"""Which nightly backups stay: 14 days and 12 months."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from upkeep.retention import DAYS, MONTHS, to_keep

TODAY = datetime.date(2026, 11, 30)
moments = st.datetimes(datetime.datetime(2024, 1, 1), datetime.datetime(2026, 12, 31))


@given(made=st.sets(moments, max_size=60))
def test_the_newest_of_each_wanted_day_and_month_stays_and_nothing_else(made: set[datetime.datetime]) -> None:
    kept = to_keep(made, TODAY)
    past = [one for one in made if one.date() <= TODAY]
    for one in past:
        newest_of_day = max(other for other in past if other.date() == one.date())
        same_month = [other for other in past if (other.year, other.month) == (one.year, one.month)]
        months_ago = (TODAY.year - one.year) * 12 + TODAY.month - one.month
        wanted = (
            (one == newest_of_day and (TODAY - one.date()).days < DAYS)
            or (one == max(same_month) and months_ago < MONTHS)
            or one == max(made)
        )
        assert (one in kept) == wanted
    assert {one for one in made if one.date() > TODAY} <= kept <= made


@given(made=st.sets(moments, max_size=60))
def test_removing_twice_removes_nothing_more(made: set[datetime.datetime]) -> None:
    kept = to_keep(made, TODAY)
    assert to_keep(kept, TODAY) == kept


@given(made=st.sets(moments, min_size=1, max_size=10), later=st.integers(0, 5000))
def test_the_last_one_never_goes_however_long_nobody_looked(made: set[datetime.datetime], later: int) -> None:
    assert max(made) in to_keep(made, TODAY + datetime.timedelta(days=later))


def test_two_years_of_nights_leave_fourteen_days_and_eleven_months_before() -> None:
    left: set[datetime.datetime] = set()
    first = datetime.datetime(2024, 12, 1, 1, 30)
    for night in range(730):
        moment = first + datetime.timedelta(days=night)
        left = to_keep(left | {moment}, moment.date())
    days = [datetime.datetime(2026, 11, day, 1, 30) for day in range(17, 31)]
    ends = [
        (2025, 12, 31),
        *((2026, month, day) for month, day in enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31), 1)),
    ]
    assert sorted(left) == [*(datetime.datetime(*end, 1, 30) for end in ends), *days]
