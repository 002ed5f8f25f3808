"""The roster as stored, read once for a comparison: four queries, whatever its size."""

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from schools.labels import CLASS_KEY, ClassKey
from schools.models import SchoolYear
from students.imports.columns import GUARDIANS
from students.models import Enrolment, Guardian, Pupil


class StoredGuardian(NamedTuple):
    """A guardian as stored; behind the key, in the order of `GuardianRow`."""

    pk: int
    name: str
    relation: str
    phone: str


@dataclass(slots=True)
class StoredPupil:
    """A pupil as stored, with the open enrolment of the year, if any."""

    pk: int
    name: str
    number: str
    gender: str
    remark: str
    enrolment_pk: int | None = None
    school_class: ClassKey | None = None
    seat: int | None = None
    # By position, the first one at 0.
    guardians: list[StoredGuardian | None] = field(default_factory=lambda: [None] * len(GUARDIANS))


@dataclass(slots=True)
class StoredRoster:
    """All pupils of a school, by the keys that a row can be matched with."""

    by_pk: dict[int, StoredPupil]
    by_number: dict[str, StoredPupil]
    by_place: dict[tuple[str, ClassKey], list[StoredPupil]]
    enrolled: list[StoredPupil]
    used_classes: frozenset[ClassKey]

    @property
    def known(self) -> Container[str]:
        """All names and numbers, as they are written here; gathered when the first one is looked for."""
        return _Gathered(lambda: {text for p in self.by_pk.values() for text in (p.name, p.number)} | self.contacts)

    @property
    def contacts(self) -> set[str]:
        """The phones and names of all guardians."""
        guardians = [guardian for pupil in self.by_pk.values() for guardian in pupil.guardians if guardian]
        return {text for guardian in guardians for text in (guardian.phone, guardian.name) if text}


class _Gathered(Container[str]):
    def __init__(self, gather: Callable[[], set[str]]) -> None:
        self._gather: Callable[[], set[str]] | None = gather
        self._texts: set[str] = set()

    def __contains__(self, text: object) -> bool:
        if self._gather is not None:
            self._texts, self._gather = self._gather(), None
        return text in self._texts


def read_stored(year: SchoolYear) -> StoredRoster:
    """The roster of the year's school."""
    found = Pupil.objects.filter(school_id=year.school_id)
    columns = found.values_list("pk", "name", "student_number", "gender", "remark")
    pupils = {row[0]: StoredPupil(*row) for row in _rows(columns)}
    guardians = Guardian.objects.filter(school_id=year.school_id).order_by()
    for row in _rows(guardians.values_list("pupil_id", "position", "pk", "name", "relation", "phone")):
        pupils[row[0]].guardians[row[1] - 1] = StoredGuardian._make(row[2:])
    roster = StoredRoster(pupils, {p.number: p for p in pupils.values() if p.number}, {}, [], frozenset())
    keys: dict[tuple[int, int, str], ClassKey] = {}
    enrolments = Enrolment.objects.of_year(year).values_list("pk", "pupil_id", "seat_number", "ends_on", *CLASS_KEY)
    for pk, pupil_id, seat, ends_on, grade, number, short_name in _rows(enrolments):
        place = grade, number, short_name
        key = keys.get(place) or keys.setdefault(place, ClassKey(*place))
        if ends_on is None:
            pupil = pupils[pupil_id]
            pupil.enrolment_pk, pupil.school_class, pupil.seat = pk, key, seat
            roster.by_place.setdefault((pupil.name, key), []).append(pupil)
            roster.enrolled.append(pupil)
    roster.used_classes = frozenset(keys.values())
    return roster


def _rows(found: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """The rows of a query of plain columns as the database gives them: Django takes a turn for each otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(*found.query.sql_with_params())
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
