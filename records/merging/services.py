"""Two entries of one person become one: a pupil, or a teacher. All that hangs on the other entry moves; irreversible.

The preview (`draw_…`) says what will move and what stands in the way; the merge itself draws it again.
"""

import datetime
from dataclasses import dataclass, field

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Greatest

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.rules import taking_over_problem
from accounts.services import NewGrant, audit, grant_roles, set_account_active
from core.clock import now
from core.errors import DomainError
from mentors.enums import AssignmentKind
from mentors.models.slots import Assignment, MentorMember, Teacher
from mentors.roster.services import join_author, join_pupil, join_teacher
from mentors.services.assignments import end_assignment, lock_mentors
from records.announcing.services.receipts import join_receipts
from records.desk.models import Attachment, Draft, Reading, RecordVersion, VisitPlan, VisitWish
from records.desk.services.versions import replace_person
from records.enums import VisitPlanState
from records.kinds import all_kinds, record_kinds, word_for
from records.models.care import Referral, TreeHoleCard
from records.models.records import GrowthLetter, HeartTalk, HomeVisit, Tick
from records.papers.models import BookHandling
from records.recognition.services.joining import join_colleague, join_honoured
from records.services.ticks import refresh_ticks
from schools.enums import NoteVisibility
from schools.models import SchoolYear
from students.models import Enrolment, FamilySlip, Guardian, Pupil

MOST_GUARDIANS = 3
CONFIDED = (
    "另一条登记里有只给本人看的内容（受限记录、转介、树洞卡或没交的草稿），不能并到您自己名下。请另一位管理员来合并。"
)


@dataclass(frozen=True, slots=True)
class LetterClash:
    """Both entries have a letter for one term: only one can stay."""

    kept: GrowthLetter
    other: GrowthLetter


@dataclass(slots=True)
class PupilMerge:
    """What merging `other` into `kept` would do. `refusal` says why it cannot be."""

    kept: Pupil
    other: Pupil
    moving: list[tuple[str, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    clashes: list[LetterClash] = field(default_factory=list)
    refusal: str = ""


@dataclass(slots=True)
class TeacherMerge:
    """What merging `other` into `kept` would do. `refusal` says why it cannot be."""

    kept: Teacher
    other: Teacher
    moving: list[tuple[str, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refusal: str = ""


def _check(actor: Actor, kept: Pupil | Teacher, other: Pupil | Teacher) -> None:
    if kept.school_id != actor.school_id or other.school_id != actor.school_id:
        raise DomainError("other_school", "要合并的两条登记不都属于本校。")
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有管理员可以合并重复的登记。")
    if kept.pk == other.pk:
        raise DomainError("same_entry", "请选择另一条登记。")


def draw_pupil_merge(*, actor: Actor, kept: Pupil, other: Pupil) -> PupilMerge:
    """The preview of `merge_pupils`. Raises DomainError `other_school`, `not_allowed`, `same_entry`."""
    _check(actor, kept, other)
    merge = PupilMerge(kept, other)
    if kept.student_number and other.student_number and kept.student_number != other.student_number:
        merge.refusal = (
            f"两条登记的学籍号不同（{kept.student_number} 和 {other.student_number}），看来是两名学生，不能合并。"
            "如果其中一个写错了，请先改正。"
        )
    counted = (
        ("学籍记录", Enrolment.objects.filter(pupil=other)),
        ("导师安排", Assignment.objects.filter(pupil=other)),
        *(
            (word_for(actor, kind.key), kind.model.objects.present().filter(**{kind.people: other}))
            for kind, _deletion in record_kinds()
        ),
        ("监护人", Guardian.objects.filter(pupil=other)),
    )
    merge.moving = [(label, rows.count()) for label, rows in counted]
    ours = {
        row.year_id: row for row in Enrolment.objects.active().filter(pupil=kept).select_related("school_class__grade")
    }
    for row in Enrolment.objects.active().filter(pupil=other).select_related("school_class__grade"):
        mine = ours.get(row.year_id)
        if mine is not None and mine.school_class_id != row.school_class_id:
            merge.notes.append(f"保留在{mine.school_class.label}；{row.school_class.label}的登记不再保留。")
    mentors = {row.year_id: row for row in _open_mains(kept)}
    for assignment in _open_mains(other):
        mine_too = mentors.get(assignment.year_id)
        if mine_too is not None:
            name = mine_too.mentor.names
            merge.notes.append(f"导师仍是{name}老师；{assignment.mentor.names}老师空出一个名额。")
    letters = {letter.term_id: letter for letter in _letters(kept)}
    merge.clashes = [LetterClash(letters[row.term_id], row) for row in _letters(other) if row.term_id in letters]
    room = MOST_GUARDIANS - Guardian.objects.filter(pupil=kept).count()
    extra = len(_new_guardians(kept, other)) - room
    if extra > 0:
        merge.notes.append(f"监护人最多 {MOST_GUARDIANS} 位，有 {extra} 位不会并入。")
    if FamilySlip.objects.filter(pupil=other, revoked_at=None).exists():
        merge.notes.append("另一条登记的家长凭条作废；需要时请重新打印。")
    return merge


def _open_mains(pupil: Pupil) -> list[Assignment]:
    rows = Assignment.objects.active().main().filter(pupil=pupil).select_related("mentor")
    return list(rows.prefetch_related("mentor__members__teacher"))


def _letters(pupil: Pupil) -> list[GrowthLetter]:
    rows = GrowthLetter.objects.present().filter(pupil=pupil).select_related("term__year", "mentor")
    return list(rows.prefetch_related("mentor__members__teacher"))


def _new_guardians(kept: Pupil, other: Pupil) -> list[Guardian]:
    known = {(g.name, g.phone) for g in Guardian.objects.filter(pupil=kept)}
    phones = {phone for _, phone in known if phone}
    rows = Guardian.objects.filter(pupil=other).order_by("position")
    return [g for g in rows if (g.name, g.phone) not in known and g.phone not in phones]


@transaction.atomic
def merge_pupils(*, actor: Actor, kept: Pupil, other: Pupil, keep_letters_of: int | None = None) -> Pupil:
    """Move everything of `other` to `kept` and remove `other`.

    `keep_letters_of` is the key of the entry whose letter stays where both have one for a term. Raises DomainError
    `other_school`, `not_allowed`, `same_entry`, `already_merged`, `two_numbers`, `letters_clash`.
    """
    _check(actor, kept, other)
    # Enrolments first, as whoever assigns mentors: a round may be published at this moment.
    list(Enrolment.objects.select_for_update().filter(pupil__in=[kept, other]).order_by("pk").values_list("pk"))
    locked = {p.pk: p for p in Pupil.objects.select_for_update().filter(pk__in=[kept.pk, other.pk]).order_by("pk")}
    if len(locked) != 2:
        raise DomainError("already_merged", "其中一条登记已经不在了，请刷新页面看看。")
    kept, other = locked[kept.pk], locked[other.pk]
    merge = draw_pupil_merge(actor=actor, kept=kept, other=other)
    if merge.refusal:
        raise DomainError("two_numbers", merge.refusal)
    if merge.clashes and keep_letters_of not in (kept.pk, other.pk):
        raise DomainError("letters_clash", "两条登记在同一学期都有寄语，请先选择保留哪一封。")
    for clash in merge.clashes:
        dropped = clash.other if keep_letters_of == kept.pk else clash.kept
        GrowthLetter.objects.filter(pk=dropped.pk).update(deleted_at=now())
    _join_enrolments(kept, other)
    _join_assignments(actor, kept, other)
    _move_drafts(kept, other)
    _move_records(kept, other)
    _join_visit_plans(kept, other)
    join_pupil(kept=kept, other=other)
    Tick.objects.filter(pupil=other).delete()
    _join_guardians(kept, other)
    join_receipts(kept=kept, other=other)
    FamilySlip.objects.filter(pupil=other, revoked_at=None).update(revoked_at=now())
    FamilySlip.objects.filter(pupil=other).update(pupil=kept)
    number, remark = kept.student_number or other.student_number, kept.remark or other.remark
    gender, gone = kept.gender or other.gender, other.pk
    _nothing_left(other)
    other.delete()
    kept.student_number, kept.remark, kept.gender = number, remark, gender
    kept.save(update_fields=["student_number", "remark", "gender"])
    for year in SchoolYear.objects.filter(enrolments__pupil=kept).distinct():
        refresh_ticks(year=year, pupil_ids=[kept.pk], on=actor.today)
    audit(actor=actor, verb="merge_pupils", target=kept, detail={"other": gone, "moved": dict(merge.moving)})
    return kept


def _move_records(kept: Pupil | Teacher | User, other: Pupil | Teacher | User) -> None:
    """All records that name the other entry name the kept one, in their versions too."""
    for kind in all_kinds():
        for column in (*kind.model._meta.concrete_fields, *kind.model._meta.many_to_many):
            if column.related_model is not type(kept):
                continue
            rows = kind.model._base_manager.filter(**{column.name: other})
            if column.name in kind.kept:
                keys = list(rows.values_list("pk", flat=True))
                name = kind.column(column.name)
                replace_person(kind=kind.key, record_ids=keys, name=name, old=other.pk, new=kept.pk)
            if not column.many_to_many:
                rows.update(**{column.name: kept})
                continue
            for row in rows:
                getattr(row, column.name).add(kept)
                getattr(row, column.name).remove(other)


def _move_drafts(kept: Pupil, other: Pupil) -> None:
    """Drafts of forms about the other entry are forms about the kept one."""
    for draft in Draft.objects.filter(pupil=other):
        parts = draft.key.split("/")
        # "talk/new/12" and "letter/12/3" name the pupil; "visit/5" names a record that moves along.
        place = 2 if "new" in parts else 1
        if len(parts) == 3:
            parts[place] = str(kept.pk)
        key = "/".join(parts)
        if key != draft.key and Draft.objects.filter(user=draft.user_id, key=key).exists():
            continue
        Draft.objects.filter(pk=draft.pk).update(pupil=kept, key=key)


def _join_visit_plans(kept: Pupil, other: Pupil) -> None:
    """The kept entry's open plan and wish of a term stand; the other's plan is called off, its wish goes."""
    planned = VisitPlan.objects.open().filter(pupil=kept).values_list("term_id", flat=True)
    clashing = VisitPlan.objects.open().filter(pupil=other, term_id__in=list(planned))
    clashing.update(state=VisitPlanState.CANCELLED)
    VisitPlan.objects.filter(pupil=other).update(pupil=kept)
    wished = VisitWish.objects.filter(pupil=kept).values_list("term_id", flat=True)
    VisitWish.objects.filter(pupil=other, term_id__in=list(wished)).delete()
    VisitWish.objects.filter(pupil=other).update(pupil=kept)


def _join_enrolments(kept: Pupil, other: Pupil) -> None:
    """The kept entry's place in a class stands; a second one of the same year goes."""
    ours = {row.year_id: row for row in Enrolment.objects.active().filter(pupil=kept)}
    for row in Enrolment.objects.active().filter(pupil=other):
        mine = ours.get(row.year_id)
        if mine is None:
            continue
        mine.brief = mine.brief or row.brief
        mine.seat_number = mine.seat_number or row.seat_number
        mine.starts_on = min(mine.starts_on, row.starts_on)
        mine.save(update_fields=["brief", "seat_number", "starts_on"])
        row.delete()
    Enrolment.objects.filter(pupil=other).update(pupil=kept)


def _join_assignments(actor: Actor, kept: Pupil, other: Pupil) -> None:
    """The kept entry's mentor stands; the other's open place in the same year is given back."""
    open_ones = list(Assignment.objects.active().filter(pupil__in=[kept, other]))
    lock_mentors(*(row.mentor_id for row in open_ones))
    mains = {row.year_id for row in open_ones if row.pupil_id == kept.pk and row.kind == AssignmentKind.MAIN}
    held = {row.mentor_id for row in open_ones if row.pupil_id == kept.pk}
    for row in open_ones:
        if row.pupil_id != other.pk:
            continue
        clashes = row.kind == AssignmentKind.MAIN and row.year_id in mains
        if clashes or row.mentor_id in held:
            end_assignment(row, actor)
    Assignment.objects.filter(pupil=other).update(pupil=kept)


def _join_guardians(kept: Pupil, other: Pupil) -> None:
    taken = set(Guardian.objects.filter(pupil=kept).values_list("position", flat=True))
    free = [position for position in range(1, MOST_GUARDIANS + 1) if position not in taken]
    for position, guardian in zip(free, _new_guardians(kept, other), strict=False):
        guardian.pupil, guardian.position = kept, position
        guardian.save(update_fields=["pupil", "position"])
    Guardian.objects.filter(pupil=other).delete()


def _nothing_left(row: models.Model) -> None:
    """Deleting must take nothing along: a table that this module does not know of stops the merge."""
    for relation in row._meta.related_objects:
        if relation.on_delete is models.SET_NULL:
            continue
        rows = relation.related_model._base_manager.filter(**{relation.field.name: row})
        if rows.exists():
            raise RuntimeError(f"merge leaves rows of {relation.related_model._meta.label} behind")


def draw_teacher_merge(*, actor: Actor, kept: Teacher, other: Teacher) -> TeacherMerge:
    """The preview of `merge_teachers`. Raises DomainError `other_school`, `not_allowed`, `same_entry`."""
    _check(actor, kept, other)
    merge = TeacherMerge(kept, other)
    slots = MentorMember.objects.filter(teacher=other)
    roles = RoleGrant.objects.filter(user_id=other.user_id, ends_on=None).count() if other.user_id else 0
    merge.moving = [
        ("导师名额", slots.count()),
        ("参加的家访", HomeVisit.objects.filter(teachers=other).count()),
        ("写下的记录", _written_by(other.user_id)),
        ("角色", roles),
    ]
    both = set(slots.values_list("year_id", flat=True)) & set(
        MentorMember.objects.filter(teacher=kept).values_list("year_id", flat=True)
    )
    if both:
        years = "、".join(str(year) for year in SchoolYear.objects.filter(pk__in=both).order_by("start_year"))
        merge.refusal = (
            f"两条登记在{years}都是导师，各有名额，不能自动合并。请先把其中一位的学生调给另一位，并移出导师团。"
        )
    if kept.left_on is not None and other.left_on is None:
        merge.refusal = "要保留的这条已经离职，另一条在职。请反过来，保留在职的那一条。"
    if other.user_id is not None and other.user_id == actor.user_id:
        merge.refusal = "不能把自己正在用的账号并掉，请换一条保留。"
    if kept.user_id is not None and kept.user_id == actor.user_id:
        confided = CONFIDED if _confided_to(other) else merge.refusal
        merge.refusal = taking_over_problem(actor, other.user_id) or confided
    if kept.user_id is not None and other.user is not None:
        merge.notes.append(f"账号“{other.user.username}”停用，以后用保留的账号登录。")
    elif other.user is not None:
        merge.notes.append(f"账号“{other.user.username}”转给保留的登记。")
    return merge


def _confided_to(teacher: Teacher) -> bool:
    """Whether `teacher` alone may read something: nobody gets at that by merging the entry into the own one."""
    user = teacher.user_id
    restricted = (HomeVisit, HeartTalk)
    return TreeHoleCard.objects.filter(teacher=teacher).exists() or (
        user is not None
        and (
            any(
                model._base_manager.filter(created_by=user).exclude(visibility=NoteVisibility.TEAM).exists()
                for model in restricted
            )
            or Referral.objects.filter(Q(created_by=user) | Q(acknowledged_by=user)).exists()
            or Draft.objects.filter(user=user).exists()
            or RoleGrant.objects.filter(user=user, ends_on=None, role=Role.COUNSELLOR).exists()
        )
    )


def _written_by(user_id: int | None) -> int:
    if user_id is None:
        return 0
    return sum(kind.model._base_manager.filter(created_by=user_id).count() for kind, _deletion in record_kinds())


@transaction.atomic
def merge_teachers(*, actor: Actor, kept: Teacher, other: Teacher) -> Teacher:
    """Move everything of `other` to `kept` and remove `other`; of two accounts the kept one stays, with all roles.

    Raises DomainError `other_school`, `not_allowed`, `same_entry`, `already_merged`, `two_slots`.
    """
    _check(actor, kept, other)
    rows = Teacher.objects.select_for_update(of=("self",)).select_related("user")
    locked = {t.pk: t for t in rows.filter(pk__in=[kept.pk, other.pk]).order_by("pk")}
    if len(locked) != 2:
        raise DomainError("already_merged", "其中一条登记已经不在了，请刷新页面看看。")
    kept, other = locked[kept.pk], locked[other.pk]
    merge = draw_teacher_merge(actor=actor, kept=kept, other=other)
    if merge.refusal:
        raise DomainError("two_slots", merge.refusal)
    MentorMember.objects.filter(teacher=other).update(teacher=kept)
    _move_records(kept, other)
    join_teacher(kept=kept, other=other)
    join_honoured(kept=kept, other=other)
    for plan in VisitPlan.objects.filter(teachers=other):
        plan.teachers.add(kept)
        plan.teachers.remove(other)
    user, gone = other.user, other.pk
    other.user = None
    other.save(update_fields=["user"])
    if user is not None and kept.user is None:
        kept.user = user
    elif user is not None and kept.user is not None:
        _join_accounts(actor, kept.user, user)
    kept.phone = kept.phone or other.phone
    kept.subject = kept.subject or other.subject
    kept.duty = kept.duty or other.duty
    kept.save(update_fields=["user", "phone", "subject", "duty"])
    _nothing_left(other)
    other.delete()
    audit(actor=actor, verb="merge_teachers", target=kept, detail={"other": gone, "moved": dict(merge.moving)})
    return kept


def _join_accounts(actor: Actor, kept: User, other: User) -> None:
    """The kept account writes on in what the other one wrote, and has its roles; the other one closes."""
    _move_records(kept, other)
    VisitPlan.objects.filter(created_by=other).update(created_by=kept)
    Attachment.objects.filter(created_by=other).update(created_by=kept)
    RecordVersion.objects.filter(changed_by=other).update(changed_by=kept)
    BookHandling.objects.filter(checked_by=other).update(checked_by=kept)
    known = Reading.objects.filter(user=kept, kind=OuterRef("kind"), record_id=OuterRef("record_id"))
    Reading.objects.filter(~Exists(known), user=other).update(user=kept)
    Draft.objects.filter(user=other).exclude(key__in=Draft.objects.filter(user=kept).values("key")).update(user=kept)
    join_author(kept=kept, other=other)
    join_colleague(kept=kept, other=other)
    grants = list(RoleGrant.objects.filter(user=other, ends_on=None, bureau=None))
    last_day = actor.today - datetime.timedelta(days=1)
    keys = [grant.pk for grant in grants]
    RoleGrant.objects.filter(pk__in=keys).update(ends_on=Greatest(F("starts_on"), Value(last_day)))
    school = kept.school
    if school is not None:
        wanted = [NewGrant(kept.pk, Role(grant.role), grant.school_class_id) for grant in grants]
        grant_roles(actor=actor, school=school, grants=wanted)
    set_account_active(actor=actor, user=other, active=False)
