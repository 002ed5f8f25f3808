"""Reads of the counsellor's pages."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Value
from django.db.models.query import QuerySet

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant
from core.kept import kept
from mentors.models.slots import Assignment, MentorMember
from records.care.queries.tree_hole import class_labels, waited
from records.enums import RecordKind, ReferralState
from records.kinds import Kind, shared_kinds
from records.models.care import Referral
from records.models.records import Note
from records.querysets.care import ReferralQuerySet
from schools.enums import NoteVisibility
from schools.models import SchoolYear
from students.models import Pupil

#: So many of a pupil's shared notes stand on a referral's page.
MOST_BESIDE = 10


def has_counsellor(school_id: int, *, on: datetime.date) -> bool:
    """Whether anybody can take a referral on the day `on`."""
    return bool(_counsellors(school_id, on))


@kept
def _counsellors(school_id: int, on: datetime.date) -> QuerySet[RoleGrant, int]:
    rows = RoleGrant.objects.active(on).filter(school_id=school_id, role=Role.COUNSELLOR, user__is_active=True)
    return rows.order_by().values_list("pk", flat=True)[:1]


def referrals_of_school(actor: Actor) -> ReferralQuerySet:
    """What the counsellor takes care of; nothing for others."""
    rows = Referral.objects.visible_to(actor) if actor.has(Role.COUNSELLOR) else Referral.objects.none()
    return rows.select_related("pupil", "created_by", "acknowledged_by")


def state_counts(actor: Actor) -> dict[str, int]:
    """How many referrals the counsellor has by state. One query."""
    states = list(referrals_of_school(actor).order_by().values_list("state", flat=True))
    return {state.value: states.count(state.value) for state in ReferralState}


@dataclass(frozen=True, slots=True)
class ReferralLine:
    """One line of the counsellor's list: who and since when, no word of the text."""

    referral: Referral
    class_label: str

    @property
    def waited(self) -> str:
        """等了 2 天, while nobody has taken it."""
        return waited(self.referral.created_at) if self.referral.state == ReferralState.OPEN else ""


def referral_lines(referrals: list[Referral], year: SchoolYear | None) -> list[ReferralLine]:
    """The lines of one page of the list. One query."""
    labels = class_labels({r.pupil_id for r in referrals}, year) if year is not None else {}
    return [ReferralLine(r, labels.get(r.pupil_id, "")) for r in referrals]


def mentor_names(pupil: Pupil, year: SchoolYear) -> list[str]:
    """The pupil's present mentors, the main one first. Two queries."""
    rows = Assignment.objects.active().filter(pupil=pupil, year=year).order_by("kind", "pk").select_related("mentor")
    members = Prefetch("mentor__members", MentorMember.objects.select_related("teacher"))
    return [row.mentor.names for row in rows.prefetch_related(members)]


@dataclass(frozen=True, slots=True)
class SharedNote:
    """A visit or talk that its author shared with 心理老师, as the list shows it: no word of the text."""

    kind: RecordKind
    note: Note
    pupils: list[Pupil]
    class_labels: dict[int, str]

    @property
    def who(self) -> str:
        """一（1）班 张三、二（1）班 李四."""
        return "、".join(f"{self.class_labels.get(p.pk, '')} {p.name}".strip() for p in self.pupils)


def shared_of(actor: Actor, kind: Kind) -> QuerySet[Any]:
    """The notes of a kind that were shared with 心理老师, for the counsellor."""
    rows: QuerySet[Any] = (
        kind.model.objects.visible_to(actor)
        .present()
        .filter(visibility=NoteVisibility.COUNSELLOR, school_id=actor.school_id)
    )
    return rows if actor.has(Role.COUNSELLOR) else rows.none()


def shared_keys(actor: Actor, pupil: Pupil | None = None) -> QuerySet[Any, tuple[str, int]]:
    """Kind and key of the notes that were shared with 心理老师 (of one pupil), the latest first, ready for paging."""
    parts = []
    for kind in shared_kinds():
        rows = shared_of(actor, kind).order_by().annotate(kind=Value(kind.key.value))
        rows = rows if pupil is None else rows.filter(**{kind.people: pupil})
        parts.append(rows.values_list("kind", "pk", "date", "created_at"))
    both: QuerySet[Any, tuple[str, int]] = parts[0].union(*parts[1:], all=True)
    return both.order_by("-date", "-created_at", "kind", "-pk")


def shared_notes(keys: list[tuple[str, int]], year: SchoolYear | None) -> list[SharedNote]:
    """The notes behind one page of `shared_keys`, in its order. Four queries; three without `year`, classes unsaid."""
    found: dict[tuple[str, int], tuple[Note, list[Pupil]]] = {}
    for kind in shared_kinds():
        rows = kind.model.objects.filter(pk__in=[row[1] for row in keys if row[0] == kind.key])
        for note in kind.with_people(rows.select_related("created_by")):
            found[kind.key, note.pk] = note, kind.pupils_of(note)
    everybody = {pupil.pk for _, pupils in found.values() for pupil in pupils}
    labels = class_labels(everybody, year) if year is not None else {}
    return [
        SharedNote(RecordKind(row[0]), *found[(row[0], row[1])], labels) for row in keys if (row[0], row[1]) in found
    ]
