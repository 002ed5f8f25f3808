"""Querysets of visits, talks, letters and ticks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.db.models.functions import Coalesce

from accounts.actors import Actor
from accounts.enums import Role
from core.localday import LocalDay
from core.ofschool import OfSchoolQuerySet
from mentors.models.slots import Assignment, MentorMember
from mentors.querysets.slots import is_own_member
from records.enums import LetterState, TickState
from students.models import Enrolment, Pupil
from students.querysets import PupilQuerySet

if TYPE_CHECKING:
    from mentors.querysets.slots import AssignmentQuerySet
    from records.models.records import GrowthLetter, HeartTalk, HomeVisit, Tick  # noqa: F401  # named in quotes below
    from schools.models import SchoolYear, Term


R = TypeVar("R", bound=models.Model)


def pupils_in_reach(actor: Actor) -> PupilQuerySet:
    """Pupils whose records the actor may know of: own pupils of any year, own class, or, for 德育室, all."""
    pupils = Pupil.objects.in_school(actor)
    if actor.has(Role.MORAL_OFFICE):
        return pupils
    return pupils.filter(pupils_of(actor, Assignment.objects.held_by(actor)))


def pupils_to_record(actor: Actor, year: SchoolYear) -> PupilQuerySet:
    """Pupils for whom the actor may log now: own present pupils, and the own class."""
    own = Assignment.objects.held_by(actor).active().filter(year=year)
    return Pupil.objects.in_school(actor).filter(pupils_of(actor, own))


def pupils_of(actor: Actor, assignments: AssignmentQuerySet, *, key: str = "pk") -> Q:
    """Pupils (a condition on their `key`) whom the actor mentors by these assignments, and those of the own class."""
    own = Q((f"{key}__in", assignments.values("pupil_id")))
    if not actor.homeroom_class_ids:
        return own
    own_class = Enrolment.objects.active().filter(school_class_id__in=actor.homeroom_class_ids)
    return own | Q((f"{key}__in", own_class.values("pupil_id")))


class RecordQuerySet(OfSchoolQuerySet[R]):
    """What visits, talks and letters have in common."""

    #: Where another table's row meets the record's pupils: its own path, and the record's column.
    pupil_meets = ("pupil", "pupil")
    #: When the text was written, for those whose time with the pupil is over.
    written_at: str | Coalesce = "created_at"

    def visible_to(self, actor: Actor) -> Self:
        """Records the actor may know of. Who may read a text is asked of `records.rules.can_read_text`.

        Every condition is asked of the row itself: what the caller narrows down to, a pupil or a term, narrows these
        questions too, and no row comes twice. A `pk__in` of all records would be answered for the whole table first.
        """
        if actor.school_id is None:
            return self.none()
        rows = self.filter(school_id=actor.school_id)
        if actor.has(Role.MORAL_OFFICE):
            return rows
        path, column = self.pupil_meets
        with_pupil = {path: OuterRef(column)}
        # A present mentor sees what came before, a former one the own years; nothing written after the own time.
        own = (
            Assignment.objects.held_by(actor)
            .filter(**with_pupil)
            .filter(
                Q(year__start_year__gt=OuterRef("term__year__start_year"), ends_on=None)
                | Q(year=OuterRef("term__year"), ends_on=None)
                | Q(year=OuterRef("term__year"), ends_on__gte=OuterRef("written_on"))
            )
        )
        known = self.written_by(actor) | Q(Exists(own))
        if actor.homeroom_class_ids:
            own_class = Enrolment.objects.active().filter(school_class_id__in=actor.homeroom_class_ids, **with_pupil)
            known |= Q(Exists(own_class))
        if actor.has(Role.COUNSELLOR):
            known |= self.shared_with_counsellor()
        return rows.alias(written_on=LocalDay(self.written_at)).filter(known)

    def written_by(self, actor: Actor) -> Q:
        """The actor's own records, whenever they were written."""
        return Q(created_by_id=actor.user_id)

    def shared_with_counsellor(self) -> Q:
        """What authors chose to share with 心理老师; letters are never shared so."""
        return Q(pk=None)

    def present(self) -> Self:
        """Without the deleted ones."""
        return self.filter(deleted_at=None)

    def of_term(self, term: Term) -> Self:
        """Those that count for `term`."""
        return self.filter(term=term)


class NoteQuerySet(RecordQuerySet[R]):
    """What visits and talks have in common."""

    def shared_with_counsellor(self) -> Q:
        """What authors chose to share with 心理老师."""
        return Q(visibility="counsellor")


class HomeVisitQuerySet(NoteQuerySet["HomeVisit"]):
    pass


class HeartTalkQuerySet(NoteQuerySet["HeartTalk"]):
    # Through the table between: a join with a talk's pupils would bring it once for each of them.
    pupil_meets = ("pupil__talks", "pk")


class GrowthLetterQuerySet(RecordQuerySet["GrowthLetter"]):
    # The next mentor may carry a draft on: what is handed in then was written then.
    written_at = Coalesce("handed_in_at", "created_at")

    def written_by(self, actor: Actor) -> Q:
        """Those of the own slots too: one that was sent back may be handed in again after the own time."""
        own = MentorMember.objects.filter(is_own_member(actor), mentor=OuterRef("mentor"))
        return super().written_by(actor) | Q(Exists(own))

    def for_office(self) -> Self:
        """Letters with all that 德育室's list shows."""
        members = MentorMember.objects.select_related("teacher")
        return self.select_related("pupil", "term", "mentor").prefetch_related(Prefetch("mentor__members", members))

    def released(self) -> Self:
        """Letters that the family may read."""
        return self.filter(state=LetterState.RELEASED, deleted_at=None)


class TickQuerySet(models.QuerySet["Tick"]):
    def done(self) -> Self:
        """Fulfilled actions."""
        return self.filter(state=TickState.DONE)
