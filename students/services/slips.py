"""A family slip's life: issued, renewed, revoked, ended; opened with the printed code and a guardian's phone."""

import datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor, system_actor
from accounts.enums import AuditKind
from accounts.services import audit
from accounts.services.door import SLIP, SLIP_PHONE, Answer, Visitor, knock
from core.clock import now, today
from core.errors import DomainError
from core.papercodes import derived_code, is_code, make_paper_key, paper_keys, typed_code
from students.models import Enrolment, FamilySlip, Pupil
from students.queries import OPENED, REFUSED, valid_slip
from students.rules import check_keeps_slips, slip_days

CODE_LENGTH: Final = 8

WRONG: Final = "凭条码或手机号后四位不对，请对照凭条再输入一次。"
LOCKED: Final = "这里输错的次数较多，请一小时后再试，或换一个网络（例如手机流量）再试。急用请联系班主任换发凭条。"
KEY_MISSING: Final = (
    "印制凭条的密钥文件（paper_keys）不见了，凭条现在打不开，也印不出来。请联系系统管理员从备份恢复；"
    "确实找不回来时，运行 manage.py new_paper_key 以后重新打印并发放凭条。"
)


def current_key() -> tuple[str, str]:
    """Mark and key that new codes are derived from; the very first is made here.

    Raises DomainError `paper_key_missing` where codes were printed with a key that is no longer there.
    """
    keys = paper_keys()
    if not keys:
        if FamilySlip.objects.exists():
            raise DomainError("paper_key_missing", KEY_MISSING)
        keys = make_paper_key()
    return next(iter(keys.items()))


def slip_code(slip: FamilySlip) -> str:
    """The code printed on `slip`: 8 characters without look-alikes. Raises DomainError `paper_key_missing`."""
    key = paper_keys().get(slip.key_mark)
    if key is None:
        raise DomainError("paper_key_missing", KEY_MISSING)
    return derived_code(key, f"family-slip:{slip.nonce}", CODE_LENGTH)


@transaction.atomic
def issue_slips(*, actor: Actor, pupils: list[Pupil]) -> dict[int, FamilySlip]:
    """The valid slip of each pupil, made where there is none; printing again gives the same code. By pupil key.

    A new one is valid until the school year's end, as the paper says; one that is over is replaced.
    Raises DomainError `other_school`, `not_allowed`, `paper_key_missing`.
    """
    check_keeps_slips(actor, pupils)
    present = FamilySlip.objects.filter(pupil__in=pupils, revoked_at=None)
    over = Q(ends_on__lt=actor.today)
    if keys := paper_keys():
        # Somebody has made a new key because theirs is lost: nobody can print them again, or open them.
        over |= ~Q(key_mark__in=keys)
    present.filter(over).update(revoked_at=now())
    slips = {s.pupil_id: s for s in FamilySlip.objects.filter(pupil__in=pupils, revoked_at=None)}
    fresh = [_new(actor, pupil) for pupil in pupils if pupil.pk not in slips]
    # Somebody else may print the same class at this moment: one valid slip per pupil, the first one stays.
    FamilySlip.objects.bulk_create(fresh, ignore_conflicts=True)
    if fresh:
        slips = {s.pupil_id: s for s in FamilySlip.objects.filter(pupil__in=pupils, revoked_at=None)}
    audit(
        actor=actor,
        verb="issue_slips",
        detail={"pupils": len(pupils), "new": len(fresh)},
    )
    return slips


def _new(actor: Actor, pupil: Pupil) -> FamilySlip:
    mark, _ = current_key()
    return FamilySlip(school_id=pupil.school_id, pupil=pupil, key_mark=mark, ends_on=_last_day(actor))


def _last_day(actor: Actor) -> datetime.date | None:
    """The school year's end: 31 August, since letters of the second term are read in the holidays."""
    year = actor.calendar.year
    if year is None:
        return None
    last = max(year.ends_on, datetime.date(year.start_year + 1, 8, 31))
    return last if last >= actor.today else None


@transaction.atomic
def renew_slip(*, actor: Actor, slip: FamilySlip) -> FamilySlip:
    """A new code for the pupil of `slip`, whose own is dead from now on; a repeated click gives the same new one.

    Raises DomainError `other_school`, `not_allowed`, `not_here`, `paper_key_missing`.
    """
    check_keeps_slips(actor, [slip.pupil])
    Pupil.objects.select_for_update(of=("self",)).get(pk=slip.pupil_id)
    if not Enrolment.objects.active().filter(pupil=slip.pupil_id).exists():
        raise DomainError("not_here", "这位学生已经不在册，不能再发凭条。")
    if not FamilySlip.objects.filter(pk=slip.pk, revoked_at=None).update(revoked_at=now()):
        present = FamilySlip.objects.filter(pupil=slip.pupil_id, revoked_at=None).first()
        if present is not None:
            return present
    fresh = _new(actor, slip.pupil)
    fresh.save()
    audit(actor=actor, verb="renew_slip", target=fresh, detail={"former": slip.pk})
    return fresh


@transaction.atomic
def revoke_slip(*, actor: Actor, slip: FamilySlip) -> FamilySlip:
    """Make a lost slip worthless, at once and without a successor; the next printing makes one.

    A second time changes nothing. Raises DomainError `other_school`, `not_allowed`.
    """
    check_keeps_slips(actor, [slip.pupil])
    if FamilySlip.objects.filter(pk=slip.pk, revoked_at=None).update(revoked_at=now()):
        audit(actor=actor, verb="revoke_slip", target=slip)
    slip.refresh_from_db(fields=["revoked_at"])
    return slip


@transaction.atomic
def end_slip_on(*, actor: Actor, slip: FamilySlip, ends_on: datetime.date) -> FamilySlip:
    """Let a slip open until the day `ends_on`, it included. Raises DomainError `other_school`, `not_allowed`,
    `slip_over`, `date_out_of_range`.
    """
    check_keeps_slips(actor, [slip.pupil])
    slip_days(actor.today).check(ends_on)
    if not FamilySlip.objects.filter(pk=slip.pk, revoked_at=None).update(ends_on=ends_on):
        raise DomainError("slip_over", "这张凭条已经作废，请重新打印一张。")
    slip.ends_on = ends_on
    audit(actor=actor, verb="end_slip_on", target=slip, detail={"ends_on": ends_on.isoformat()})
    return slip


def open_slip(
    *, key: str, code: str, phone_tail: str, visitor: Visitor | None = None, by: Actor | None = None
) -> FamilySlip:
    """The slip, when the code and the last four digits of one guardian's phone are right.

    Wrong tries count against `visitor`, whom the request tells (`accounts.devices`). Whoever knows the code and not the
    phone has found the paper: that is a door of its own. A wrong key, code and phone answer alike. Openings and wrong
    tries are logged, by whom if somebody of the staff (`by`) is signed in. Raises DomainError `slip_wrong`,
    `slip_locked`.
    """
    visitor = visitor or Visitor("")
    slip = valid_slip(key)
    subject = str(slip.pk) if slip is not None else f"none:{key}"[:40]
    has_code = slip is not None and slip.key_mark in paper_keys() and is_code(slip_code(slip), code)
    answer = Answer.WRONG
    if has_code and slip is not None:
        tails = {guardian.phone[-4:] for guardian in slip.pupil.guardians.all() if len(guardian.phone) >= 4}
        has_phone = typed_code(phone_tail) in tails
        answer = knock(SLIP_PHONE, subject=subject, visitor=visitor, is_right=lambda: has_phone)
    # The outer door is asked last, so that it counts both; a right pair opens whatever others tried.
    outer = knock(SLIP, subject=subject, visitor=visitor, is_right=lambda: answer is Answer.RIGHT)
    said = Answer.SHUT if Answer.SHUT in (answer, outer) else outer
    if slip is not None:
        actor = by or system_actor(school_id=slip.school_id, today=today(), name="家长")
        verb, kind = (OPENED, AuditKind.READ) if said is Answer.RIGHT else (REFUSED, AuditKind.ACCOUNT)
        if said is not Answer.SHUT:
            audit(actor=actor, verb=verb, target=slip, kind=kind, school_id=slip.school_id, detail=_from(visitor))
        if said is Answer.RIGHT:
            if by is None and slip.opened_on is None:
                slip.opened_on = today()
                FamilySlip.objects.filter(pk=slip.pk, opened_on=None).update(opened_on=slip.opened_on)
            return slip
    raise DomainError("slip_locked", LOCKED) if said is Answer.SHUT else DomainError("slip_wrong", WRONG)


def _from(visitor: Visitor) -> dict[str, str]:
    """From where, so that two can be told apart and none found: the beginning of a hash."""
    return {"from": visitor.source[:8]} if visitor.source else {}
