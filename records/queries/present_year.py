"""The present year of a school with its periods and key dates, read at once."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F

from schools.models import KeyDate, Period, SchoolYear


def year_with_periods(school_id: int) -> tuple[SchoolYear | None, tuple[Period, ...], list[KeyDate]]:
    """The current year with its school, its periods in order, and the key dates of its terms. One query."""
    # Annotated, so that mypy cannot know them by name.
    columns = {f"date_{name}": F(f"term__key_dates__{name}") for name in ("pk", "kind", "name", "starts_on", "ends_on")}
    rows: Iterable[Any] = (
        Period.objects.filter(year__is_current=True, year__school_id=school_id)
        .select_related("term", "year__school")
        .annotate(**columns)
        .order_by(
            F("term__starts_on").asc(nulls_last=True),
            F("term__key_dates__starts_on").asc(nulls_last=True),
            "term__key_dates__pk",
        )
    )
    periods: dict[int, Period] = {}
    dates: dict[int, KeyDate] = {}
    year: SchoolYear | None = None
    for row in rows:
        if row.pk not in periods:
            year = year or row.year
            periods[row.pk] = row
            row.year = year
            if row.term is not None:
                row.term.year = year
        if row.date_pk is not None:
            dates[row.date_pk] = KeyDate(
                pk=row.date_pk,
                school_id=school_id,
                term_id=row.term_id,
                kind=row.date_kind,
                name=row.date_name,
                starts_on=row.date_starts_on,
                ends_on=row.date_ends_on,
            )
    return year, tuple(periods.values()), list(dates.values())
