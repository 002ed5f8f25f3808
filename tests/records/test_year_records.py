"""What is read of a year for some pupils: nobody else's, no other year's; outcomes by term and by year."""

import datetime

from records.desk.queries.year_records import read_year
from records.models.records import HomeVisit
from schools.models import SchoolYear, Term
from tests.cast import SchoolCast
from tests.records.builders import visit


def test_visits_of_another_year_or_another_pupil_are_not_read(qingzhu: SchoolCast) -> None:
    """A planted error, the condition left out, went unnoticed."""
    first, second = qingzhu.pupils
    this_year = visit(qingzhu, qingzhu.mentor, first)
    visit(qingzhu, qingzhu.mentor, second)
    former = SchoolYear.objects.create(
        school=qingzhu.school,
        start_year=2025,
        starts_on=datetime.date(2025, 9, 1),
        ends_on=datetime.date(2026, 6, 30),
    )
    term = Term.objects.create(
        school=qingzhu.school,
        year=former,
        number=1,
        starts_on=datetime.date(2025, 9, 1),
        ends_on=datetime.date(2026, 1, 20),
    )
    moved = visit(qingzhu, qingzhu.mentor, first, date=this_year.date - datetime.timedelta(days=1))
    HomeVisit.objects.filter(pk=moved.pk).update(term=term)
    calendar = qingzhu.actor(qingzhu.mentor).calendar.now
    found = read_year(calendar, [first.pk])
    assert [line.pk for line in found.visits] == [this_year.pk]


def test_outcomes_stand_under_their_term_and_under_the_year(qingzhu: SchoolCast) -> None:
    """A planted error, nothing in place of an outcome of the year, went unnoticed."""
    pupil = qingzhu.pupils[0]
    visit(qingzhu, qingzhu.mentor, pupil, outcome="declined")
    calendar = qingzhu.actor(qingzhu.mentor).calendar.now
    outcomes = read_year(calendar, [pupil.pk]).outcomes()
    assert dict(outcomes) == {(pupil.pk, calendar.term.pk): ["declined"], (pupil.pk, None): ["declined"]}
