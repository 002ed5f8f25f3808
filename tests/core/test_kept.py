"""Queries whose SQL is kept give what Django gives, whatever the values; and whoever decides by values is found out."""

import datetime
from collections.abc import Callable, Collection
from typing import Any

import pytest
from django.db import connection
from django.db.models import Prefetch, QuerySet
from django.test.utils import CaptureQueriesContext

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant
from core import kept as kept_module
from core.kept import bring, forget_kept, kept
from core.rowwise import among
from mentors.enums import AssignmentKind
from mentors.models.slots import Assignment, Mentor, MentorMember, Teacher
from schools.models import SchoolClass, SchoolYear
from students.models import Pupil
from tests.cast import TODAY, SchoolCast

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]


@kept
def by_number(number: str, *, except_for: int | None = None) -> QuerySet[Pupil]:
    found = Pupil.objects.filter(student_number=number)
    return found.exclude(pk=except_for) if except_for is not None else found


@kept
def of_key(key: int) -> QuerySet[Pupil]:
    return Pupil.objects.filter(pk=key)


@kept
def of_keys(keys: Collection[int]) -> QuerySet[Pupil, str]:
    return Pupil.objects.filter(pk__in=keys).order_by("name").values_list("name", flat=True)


@kept
def among_years(year: SchoolYear) -> QuerySet[Assignment]:
    return Assignment.objects.filter(among("year_id", [year.pk])).order_by("pk")


@kept
def held(actor: Actor, year: SchoolYear) -> QuerySet[Assignment]:
    return Assignment.objects.held_by(actor).lasting(year).select_related("pupil").order_by("pk")


@kept
def slots(actor: Actor) -> QuerySet[Mentor]:
    members = Prefetch("members", MentorMember.objects.select_related("teacher"))
    return Mentor.objects.of_actor(actor).order_by("pk").prefetch_related(members)


@kept
def grants_on(day: datetime.date, *, role: Role) -> QuerySet[RoleGrant]:
    return RoleGrant.objects.active(day).filter(role=role).order_by("pk")


@pytest.fixture(autouse=True)
def _anew() -> None:
    forget_kept()


def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is compiled from now on; nothing is compared in between."""
    monkeypatch.setattr(kept_module, "CHECKS", 1)
    found: list[Any] = []
    original = kept_module._compiled

    def noted(key: Any, values: Any) -> Any:
        found.append(key)
        return original(key, values)

    monkeypatch.setattr(kept_module, "_compiled", noted)
    return found


def test_a_shape_is_compiled_once_and_its_rows_are_those_of_the_values(
    qingzhu: SchoolCast, other: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, foreign = qingzhu.pupils[0], other.pupils[1]
    assert by_number(first.student_number) == [first]
    again = compiled(monkeypatch)
    assert by_number(foreign.student_number) == [foreign]
    assert by_number("'; -- %s") == []
    assert by_number(first.student_number) == [first]
    assert again == []


def test_a_number_in_a_sum_is_found_again(qingzhu: SchoolCast) -> None:
    """PostgreSQL is told how wide it is, by a kind of its own: the page of planned visits could not be opened."""
    mine = list(Assignment.objects.filter(year=qingzhu.year).order_by("pk"))
    assert (among_years(qingzhu.year), among_years(SchoolYear(pk=qingzhu.year.pk + 1))) == (mine, [])


@pytest.mark.parametrize("key", [(1 << 63) - 1, 1 << 63, -(1 << 63) - 1, 10**30])
def test_a_number_larger_than_any_column_holds_is_found_nowhere(qingzhu: SchoolCast, key: int) -> None:
    """The address /my/pupils/10000000000000000000/ ended in OverflowError."""
    assert (of_key(key), by_number(qingzhu.pupils[0].student_number, except_for=key)) == ([], [qingzhu.pupils[0]])


def test_none_is_a_shape_of_its_own(qingzhu: SchoolCast) -> None:
    first = qingzhu.pupils[0]
    assert by_number(first.student_number, except_for=None) == [first]
    assert by_number(first.student_number, except_for=first.pk) == []
    assert by_number(first.student_number, except_for=first.pk + 1) == [first]


def test_lists_of_like_length_share_a_shape_and_an_empty_one_asks_nothing(
    qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = qingzhu.pupils
    third = qingzhu.pupil_of_colleague
    assert of_keys([one.pk, two.pk, third.pk, 0]) == sorted(p.name for p in (one, two, third))
    again = compiled(monkeypatch)
    assert of_keys([one.pk, third.pk, two.pk]) == sorted(p.name for p in (one, two, third))
    assert of_keys([two.pk, two.pk, third.pk, one.pk, two.pk]) == sorted(p.name for p in (one, two, third))
    assert again == []
    with CaptureQueriesContext(connection) as asked:
        assert of_keys([]) == []
    assert len(asked) == 0


def test_a_long_list_goes_unkept(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each value is looked for in the SQL: for thousands that takes longer than Django needs."""
    again = compiled(monkeypatch)
    assert of_keys(list(range(qingzhu.pupils[0].pk, qingzhu.pupils[0].pk + 1_000))) != []
    assert again == []


def test_who_sees_what_follows_the_actor(qingzhu: SchoolCast, other: SchoolCast) -> None:
    people = [*qingzhu.people.values(), *other.people.values()]
    for cast in (qingzhu, other):
        for actor in (*(cast.actor(user) for user in people), cast.system):
            expected = Assignment.objects.held_by(actor).lasting(cast.year).order_by("pk")
            assert held(actor, cast.year) == list(expected)


def test_rows_beside_are_read_with_it(qingzhu: SchoolCast) -> None:
    mentor, colleague = qingzhu.actor(qingzhu.mentor), qingzhu.actor(qingzhu.colleague)
    assert [slot.names for slot in slots(mentor)] == [qingzhu.mentor.name]
    with CaptureQueriesContext(connection) as asked:
        assert [slot.names for slot in slots(colleague)] == [qingzhu.colleague.name]
        assert [row.pupil for row in held(colleague, qingzhu.year)] == [qingzhu.pupil_of_colleague]
    assert len(asked) == 3


def test_days_go_out_as_the_database_writes_them(qingzhu: SchoolCast) -> None:
    mentors = set(RoleGrant.objects.filter(role=Role.MENTOR).values_list("pk", flat=True))
    assert {grant.pk for grant in grants_on(TODAY, role=Role.MENTOR)} == mentors
    assert grants_on(datetime.date(2020, 1, 1), role=Role.MENTOR) == []
    assert [grant.user for grant in grants_on(TODAY, role=Role.LEADER)] == [qingzhu.leader]


def _decides(key: int) -> QuerySet[Pupil]:
    return Pupil.objects.filter(pk=key) if key > 10**15 else Pupil.objects.all()


def _computes(key: int) -> QuerySet[Pupil]:
    return Pupil.objects.filter(pk=key + 1)


def _reads(year: SchoolYear) -> QuerySet[Pupil]:
    return Pupil.objects.filter(name=str(year.start_year))


def _asks(key: int) -> QuerySet[Pupil]:
    return Pupil.objects.filter(pk__in=list(Pupil.objects.filter(pk=key)))


@pytest.mark.parametrize("build", [_decides, _computes, _asks])
def test_whoever_decides_or_computes_by_values_is_found_out(
    build: Callable[[int], QuerySet[Pupil]], qingzhu: SchoolCast
) -> None:
    with pytest.raises(TypeError):
        kept(build)(qingzhu.pupils[0].pk)


def test_whoever_reads_more_of_a_row_than_keys_is_found_out(qingzhu: SchoolCast) -> None:
    with pytest.raises(TypeError, match="more than keys"):
        kept(_reads)(qingzhu.year)


@pytest.mark.parametrize("value", [1.5, b"x", ["a"], [1, None], {"a": 1}])
def test_other_arguments_are_refused(value: Any) -> None:
    with pytest.raises(TypeError):
        of_keys(value)


# --- What is prefetched ----------------------------------------------------------------------------------------------
@kept
def team_of(room: SchoolClass) -> QuerySet[Mentor]:
    return Mentor.objects.for_board(room)


@kept
def chosen_pupils(slot: int, kind: AssignmentKind) -> QuerySet[Teacher]:
    mains = Assignment.objects.filter(mentor_id=slot, kind=kind).prefetch_related("pupil__enrolments")
    slots = Mentor.objects.order_by("pk").prefetch_related(Prefetch("assignments", mains, to_attr="mains"))
    memberships = MentorMember.objects.prefetch_related(Prefetch("mentor", slots))
    return Teacher.objects.filter(memberships__mentor=slot).prefetch_related(Prefetch("memberships", memberships))


def test_what_is_prefetched_is_kept_and_what_django_gives(qingzhu: SchoolCast, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = list(Mentor.objects.for_board(qingzhu.class_one))
    assert [slot.names for slot in team_of(qingzhu.class_five)] == [qingzhu.slot_shared.names]
    team_of(qingzhu.class_one)
    again = compiled(monkeypatch)
    with CaptureQueriesContext(connection) as asked:
        found = team_of(qingzhu.class_one)
        assert [slot.names for slot in found] == [slot.names for slot in expected]
        assert [member.mentor for slot in found for member in slot.members.all()] == found
    assert (len(asked), again) == (3, [])
    # Whoever filters further asks anew, for those of the row alone.
    assert [list(slot.members.filter(position=1)) for slot in found] == [[slot.members.all()[0]] for slot in expected]


def test_what_a_prefetch_chooses_by_values_is_asked_with_them(qingzhu: SchoolCast) -> None:
    """The values of its first call, or none that any row has, stood in what was prefetched."""
    for slot, teacher, pupils in (
        (qingzhu.slot, qingzhu.mentor, set(qingzhu.pupils)),
        (qingzhu.slot_colleague, qingzhu.colleague, {qingzhu.pupil_of_colleague}),
    ):
        [found] = chosen_pupils(slot.pk, AssignmentKind.MAIN)
        [member] = found.memberships.all()
        mains = vars(member.mentor)["mains"]
        assert found.user == teacher
        assert {row.pupil for row in mains} == pupils
        assert [len(row.pupil.enrolments.all()) for row in mains] == [1] * len(pupils)
        [none] = chosen_pupils(slot.pk, AssignmentKind.SUPPORTING)[0].memberships.all()
        assert vars(none.mentor)["mains"] == []


def test_what_hangs_on_rows_at_hand_is_brought_as_django_brings_it(qingzhu: SchoolCast) -> None:
    names = ("assignments__pupil__enrolments__school_class__grade", "members__teacher", "year", "exceptions")
    bring([], *names)
    ours, theirs = list(Mentor.objects.order_by("pk")), list(Mentor.objects.order_by("pk").prefetch_related(*names))
    with CaptureQueriesContext(connection) as asked:
        bring(ours, *names)
    assert len(asked) == 9
    with CaptureQueriesContext(connection) as asked:
        for mine, django in zip(ours, theirs, strict=True):
            assert (mine.names, mine.year, list(mine.exceptions.all())) == (django.names, django.year, [])
            assert [
                (row.pupil, [place.school_class.label for place in row.pupil.enrolments.all()])
                for row in mine.assignments.all()
            ] == [
                (row.pupil, [place.school_class.label for place in row.pupil.enrolments.all()])
                for row in django.assignments.all()
            ]
        bring(ours, *names)
    assert len(asked) == 0
