"""Clubs 社团 (Wuhu plan 五(二): 利用社团等载体): 德育室 keeps them, their leaders and members."""

from collections.abc import Collection

from django.db import IntegrityError, transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.errors import DomainError
from mentors.models.slots import Mentor
from mentors.rounds.models import Club, ClubMember
from schools.models import SchoolYear
from students.models import Enrolment

NAME_LENGTH = 40


def _check(actor: Actor, *school_ids: int) -> None:
    if any(school_id != actor.school_id for school_id in school_ids):
        raise DomainError("other_school", "这个社团或这位导师不属于本校。")
    if not actor.has(Role.MORAL_OFFICE):
        raise DomainError("not_allowed", "只有德育室可以登记社团。")


def _clean_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > NAME_LENGTH:
        raise DomainError("no_name", f"请填写社团名称，最多 {NAME_LENGTH} 字。")
    return name


def _check_leader(year_id: int, mentor: Mentor) -> None:
    if mentor.year_id != year_id or not mentor.members.filter(teacher__left_on=None).exists():
        raise DomainError("no_leader", "这位老师本学年不是导师，请另选一位导师带这个社团。")


def create_club(*, actor: Actor, year: SchoolYear, name: str, mentor: Mentor) -> Club:
    """A club of `year` led by `mentor`. Raises DomainError `other_school`, `not_allowed`, `no_name`, `no_leader`,
    `name_taken`.
    """
    _check(actor, year.school_id, mentor.school_id)
    name = _clean_name(name)
    _check_leader(year.pk, mentor)
    try:
        with transaction.atomic():
            club = Club.objects.create(school_id=year.school_id, year=year, name=name, mentor=mentor)
            audit(actor=actor, verb="create_club", target=club, detail={"mentor": mentor.pk})
    except IntegrityError as error:
        raise DomainError("name_taken", f"本学年已经有“{name}”了，请换一个名称。") from error
    return club


def change_club(*, actor: Actor, club: Club, name: str, mentor: Mentor) -> Club:
    """Rename a club or give it another leader; nobody's mentor changes by this. Raises as `create_club`."""
    _check(actor, club.school_id, mentor.school_id)
    name = _clean_name(name)
    _check_leader(club.year_id, mentor)
    try:
        with transaction.atomic():
            locked = Club.objects.select_for_update().get(pk=club.pk)
            if (locked.name, locked.mentor_id) != (name, mentor.pk):
                locked.name, locked.mentor = name, mentor
                locked.save(update_fields=["name", "mentor"])
                audit(actor=actor, verb="change_club", target=locked, detail={"mentor": mentor.pk})
    except IntegrityError as error:
        raise DomainError("name_taken", f"本学年已经有“{name}”了，请换一个名称。") from error
    return locked


@transaction.atomic
def delete_club(*, actor: Actor, club: Club) -> None:
    """Delete a club with its list of members; mentors who are assigned already stay.

    Raises DomainError `other_school`, `not_allowed`.
    """
    _check(actor, club.school_id)
    audit(actor=actor, verb="delete_club", target=club, detail={"members": club.members.count()})
    Club.objects.filter(pk=club.pk).delete()


@transaction.atomic
def add_members(*, actor: Actor, club: Club, pupil_ids: Collection[int]) -> int:
    """Put pupils into the club; how many were new to it. All or nothing.

    Raises DomainError `other_school`, `not_allowed`, `not_enrolled`, `in_other_club`.
    """
    _check(actor, club.school_id)
    # The year's row is the lock: a pupil is in one club of the year.
    SchoolYear.objects.select_for_update().get(pk=club.year_id)
    wanted = set(pupil_ids)
    enrolled = Enrolment.objects.active().filter(year_id=club.year_id, pupil_id__in=wanted)
    if set(enrolled.values_list("pupil_id", flat=True)) != wanted:
        raise DomainError("not_enrolled", "有学生本学年不在册，请先在名册里登记。")
    held = list(
        ClubMember.objects.filter(year_id=club.year_id, pupil_id__in=wanted)
        .select_related("club", "pupil")
        .order_by("pk")
    )
    elsewhere = [row for row in held if row.club_id != club.pk]
    if elsewhere:
        names = "、".join(f"{row.pupil.name}（{row.club.name}）" for row in elsewhere[:5])
        more = f"等 {len(elsewhere)} 位同学" if len(elsewhere) > 5 else ""
        raise DomainError("in_other_club", f"{names}{more}已经在别的社团里。每位同学按一个社团配导师，请先在那边移出。")
    fresh = wanted - {row.pupil_id for row in held}
    ClubMember.objects.bulk_create(
        [
            ClubMember(school_id=club.school_id, club=club, year_id=club.year_id, pupil_id=pupil)
            for pupil in sorted(fresh)
        ],
        batch_size=500,
    )
    if fresh:
        audit(actor=actor, verb="add_club_members", target=club, detail={"count": len(fresh)})
    return len(fresh)


@transaction.atomic
def remove_member(*, actor: Actor, club: Club, pupil_id: int) -> None:
    """Take a pupil out of the club; one who is not in it stays out.

    Raises DomainError `other_school`, `not_allowed`.
    """
    _check(actor, club.school_id)
    deleted, _ = ClubMember.objects.filter(club=club, pupil_id=pupil_id).delete()
    if deleted:
        audit(actor=actor, verb="remove_club_member", target=club, detail={"pupil": pupil_id})
