"""Questions about one actor and one record."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant
from core.kept import kept
from mentors.models.slots import Assignment, Mentor
from mentors.querysets.slots import is_own_member
from records.enums import LetterState
from records.models.care import Referral, TreeHoleCard
from records.models.records import GrowthLetter, Note, Record
from records.querysets.records import pupils_in_reach, pupils_to_record
from schools.enums import NoteVisibility
from schools.models import SchoolClass, SchoolYear
from schools.querysets import SchoolClassQuerySet
from students.models import Enrolment, Pupil
from students.querysets import PupilQuerySet


def can_read_text(actor: Actor, note: Note) -> bool:
    """Whether the actor, who may know of `note`, may read its text.

    The author always. 导师团: whoever may know of it (own mentor, homeroom, 德育室 that checks the books).
    德育室 and 心理老师: the author and that role. 仅本人: nobody else.
    """
    if actor.school_id != note.school_id:
        return False
    if actor.user_id is not None and note.created_by_id == actor.user_id:
        return True
    if note.visibility == NoteVisibility.TEAM:
        return True
    if note.visibility == NoteVisibility.OFFICE:
        return actor.has(Role.MORAL_OFFICE)
    if note.visibility == NoteVisibility.COUNSELLOR:
        return actor.has(Role.COUNSELLOR)
    return False


def can_see_pupil_records(actor: Actor, pupil: Pupil) -> bool:
    """Whether the actor may open the pupil's page: own pupil of any year, own class, or 德育室."""
    return is_in_reach(actor, pupil.pk)


def is_in_reach(actor: Actor, pupil_id: int) -> bool:
    """As `can_see_pupil_records`, by the key. One query."""
    return bool(_in_reach(actor, pupil_id))


@kept
def _in_reach(actor: Actor, pupil_id: int) -> QuerySet[Pupil, int]:
    return pupils_in_reach(actor).filter(pk=pupil_id).order_by().values_list("pk", flat=True)[:1]


def with_may_log(rows: PupilQuerySet, actor: Actor, year: SchoolYear) -> PupilQuerySet:
    """`rows` that know by `may_log` whether the actor may record for them: the answer of `may_log_for` on the way."""
    return rows.annotate(may_log=Exists(pupils_to_record(actor, year).filter(pk=OuterRef("pk"))))


@kept
def the_one_in_reach(actor: Actor, year: SchoolYear, pk: int) -> PupilQuerySet:
    """The pupil of this key if the actor may know of it, with `may_log`."""
    return with_may_log(pupils_in_reach(actor).filter(pk=pk), actor, year)


def may_log_for(actor: Actor, pupil_ids: list[int], year: SchoolYear) -> bool:
    """Whether the actor may log visits and talks for all of these pupils. One query."""
    wanted = set(pupil_ids)
    return len(_to_record(actor, year, wanted)) == len(wanted)


@kept
def _to_record(actor: Actor, year: SchoolYear, pupil_ids: set[int]) -> QuerySet[Pupil, int]:
    return pupils_to_record(actor, year).filter(pk__in=pupil_ids).order_by().values_list("pk", flat=True)


def may_enter_paper_cards(actor: Actor, year: SchoolYear) -> PupilQuerySet:
    """Pupils whose 心灵树洞卡 on paper the actor may type in: their mentors and 班主任, 德育室 and 心理老师 for all.

    Any teacher could hand one in in any child's name.
    """
    if actor.has(Role.MORAL_OFFICE, Role.COUNSELLOR):
        return Pupil.objects.in_school(actor)
    return pupils_to_record(actor, year)


def may_plan_for(actor: Actor, pupil_ids: list[int]) -> bool:
    """Whether the actor may plan visits for all of these pupils. One query."""
    return planned_by(actor, pupil_ids) == set(pupil_ids)


def planned_by(actor: Actor, pupil_ids: Iterable[int]) -> set[int]:
    """For which of these pupils the actor may plan visits: the homeroom teacher of their class, and their mentor.

    One query.
    """
    return set(_planned_by(actor, set(pupil_ids)))


@kept
def _planned_by(actor: Actor, pupil_ids: set[int]) -> QuerySet[Enrolment, int]:
    mentored = Assignment.objects.held_by(actor).active().main()
    own = Q(school_class_id__in=actor.homeroom_class_ids) | Q(pupil_id__in=mentored.values("pupil_id"))
    rows = Enrolment.objects.in_school(actor).active().filter(own, pupil_id__in=pupil_ids)
    return rows.values_list("pupil_id", flat=True)


def may_open_class(actor: Actor, school_class: SchoolClass, *roles: Role) -> bool:
    """Whether a class's pages and papers are for the actor: who holds one of `roles`, and its own 班主任."""
    if actor.school_id != school_class.school_id:
        return False
    return actor.has(*roles) or school_class.pk in actor.homeroom_class_ids


def may_look_at_class(actor: Actor, school_class: SchoolClass, *roles: Role) -> bool:
    """As `may_open_class`; and whoever led a class of a former year to its end looks at it, though the role is over.

    One query for those alone.
    """
    if may_open_class(actor, school_class, *roles):
        return True
    return actor.school_id == school_class.school_id and led_formerly(actor).filter(pk=school_class.pk).exists()


def led_formerly(actor: Actor) -> SchoolClassQuerySet:
    """The classes of former years whose last 班主任 the actor was, the latest first."""
    last = (
        RoleGrant.objects.own()
        .filter(school_class=OuterRef("pk"), role=Role.HOMEROOM)
        .exclude(ends_on__lt=F("starts_on"))
    )
    rows = SchoolClass.objects.filter(school_id=actor.school_id or 0, year__is_current=False)
    rows = rows.filter(homeroom_grants__user_id=actor.user_id or 0).distinct()
    leader = Subquery(last.order_by("-starts_on", "-pk").values("user_id")[:1])
    own = rows.annotate(led_by=leader).filter(led_by=actor.user_id or 0).select_related("year", "grade")
    return own.order_by("-year__start_year", "grade__number", "number")


@kept
def classes_led_formerly(actor: Actor) -> QuerySet[SchoolClass]:
    """`led_formerly`, as pages list them. One query."""
    return led_formerly(actor)


def can_edit_note(actor: Actor, note: Record) -> bool:
    """Only the author changes a note."""
    return actor.user_id is not None and actor.school_id == note.school_id and note.created_by_id == actor.user_id


def can_release(actor: Actor) -> bool:
    """德育室 returns and releases letters."""
    return actor.has(Role.MORAL_OFFICE)


def can_write_letter(actor: Actor, letter: GrowthLetter) -> bool:
    """Whoever holds or shares the slot that owes the letter, or acts for somebody who does."""
    return (
        actor.user_id is not None
        and actor.school_id == letter.school_id
        and letter.mentor.members.filter(is_own_member(actor)).exists()
    )


def can_read_history(actor: Actor, record: Record) -> bool:
    """Whether the actor may open who changed what: the writers, and 德育室 where it may read the text."""
    if isinstance(record, GrowthLetter):
        return can_write_letter(actor, record) or (
            actor.school_id == record.school_id and can_release(actor) and record.state != LetterState.DRAFT
        )
    if can_edit_note(actor, record):
        return True
    return actor.has(Role.MORAL_OFFICE) and isinstance(record, Note) and can_read_text(actor, record)


def can_read_version(actor: Actor, record: Record, fields: dict[str, Any]) -> bool:
    """Whether one version's fields are for the actor, who may open the history of `record`.

    What was restricted at the time stays so, whoever may read the text of today; a letter's drafts are its writers'.
    """
    if isinstance(record, GrowthLetter):
        return can_write_letter(actor, record) or fields.get("state") != LetterState.DRAFT
    if can_edit_note(actor, record):
        return True
    return fields.get("visibility") in (NoteVisibility.TEAM, NoteVisibility.OFFICE)


def may_refer(actor: Actor, pupil: Pupil, year: SchoolYear) -> bool:
    """Whether the actor may ask 心理老师 to help `pupil`: who records for them, 德育室, the holder of a card."""
    if actor.user_id is None or actor.school_id != pupil.school_id:
        return False
    return (
        actor.has(Role.MORAL_OFFICE)
        or may_log_for(actor, [pupil.pk], year)
        or TreeHoleCard.objects.held_by(actor).filter(pupil=pupil).exists()
    )


def can_work_on(actor: Actor, referral: Referral) -> bool:
    """Whether the referral is the actor's to answer, note and close: the counsellor who took it."""
    return (
        actor.user_id is not None
        and actor.school_id == referral.school_id
        and actor.has(Role.COUNSELLOR)
        and referral.acknowledged_by_id == actor.user_id
    )


def holds_tree_hole_card(actor: Actor, card: TreeHoleCard) -> bool:
    """Whether `card` was given to the actor."""
    return actor.user_id is not None and actor.school_id == card.school_id and card.teacher.user_id == actor.user_id


def can_read_attached(actor: Actor, record: Record) -> bool:
    """Whether the actor, who may know of `record`, may open its files: whoever may read its text."""
    if isinstance(record, GrowthLetter):
        return can_write_letter(actor, record) or (can_release(actor) and record.state != LetterState.DRAFT)
    return isinstance(record, Note) and can_read_text(actor, record)


def is_alone(actor: Actor) -> bool:
    """Whether nobody else in the school is of 德育室 today, who could check what is the actor's own. One query."""
    grants = RoleGrant.objects.active(actor.today).filter(school=actor.school_id, role=Role.MORAL_OFFICE)
    return not grants.filter(user__is_active=True).exclude(user=actor.user_id).exists()


def handles_books(actor: Actor) -> bool:
    """Whether the actor issues, collects and checks the record books: 德育室 (Guyi plan 四(四)2)."""
    return actor.has(Role.MORAL_OFFICE)


def may_check_book(actor: Actor, mentor: Mentor) -> bool:
    """Whether the actor may check the book of `mentor` (members and teachers at hand): nobody checks their own."""
    own = {actor.user_id, *actor.stands_for}
    return actor.user_id is None or all(member.teacher.user_id not in own for member in mentor.members.all())
