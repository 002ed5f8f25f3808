"""Paper slips of families: issued, revoked, opened with the printed code and a guardian's phone."""

import datetime
import hashlib
import hmac

from django.conf import settings
from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.papercodes import PAPER_ALPHABET
from core.text import clean_key
from students.models import FamilySlip, Pupil

CODE_LENGTH = 8
MAX_FAILURES = 5
LOCK_FOR = datetime.timedelta(minutes=15)


def slip_code(slip: FamilySlip) -> str:
    """The code printed on `slip`: 8 characters without look-alikes, derived from its nonce and the server's key."""
    digest = hmac.new(
        settings.SECRET_KEY.encode(),
        f"family-slip:{slip.nonce}".encode(),
        hashlib.sha256,
    ).digest()
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(CODE_LENGTH):
        number, index = divmod(number, len(PAPER_ALPHABET))
        letters.append(PAPER_ALPHABET[index])
    return "".join(letters)


@transaction.atomic
def issue_slips(*, actor: Actor, pupils: list[Pupil]) -> dict[int, FamilySlip]:
    """The valid slip of each pupil, made where there is none; printing again gives the same code. By pupil key.

    Raises DomainError `other_school`.
    """
    if any(pupil.school_id != actor.school_id for pupil in pupils):
        raise DomainError("other_school", "有学生不属于本校。")
    slips = {s.pupil_id: s for s in FamilySlip.objects.filter(pupil__in=pupils, revoked_at=None)}
    fresh = [FamilySlip(school_id=p.school_id, pupil=p) for p in pupils if p.pk not in slips]
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


@transaction.atomic
def revoke_slip(*, actor: Actor, slip: FamilySlip) -> FamilySlip:
    """Make a lost slip worthless and return its successor. Raises DomainError `other_school`."""
    if slip.school_id != actor.school_id:
        raise DomainError("other_school", "这张凭条不属于本校。")
    FamilySlip.objects.filter(pk=slip.pk, revoked_at=None).update(revoked_at=now())
    audit(actor=actor, verb="revoke_slip", target=slip)
    return FamilySlip.objects.create(school_id=slip.school_id, pupil_id=slip.pupil_id)


WRONG = "凭条码或手机号后四位不对，请对照凭条再输入一次。"
LOCKED = "输入错误次数较多，请 15 分钟后再试，或联系班主任重发凭条。"


def _typed(text: str) -> str:
    """What a person meant: full-width characters, capitals, blanks and dashes make no difference."""
    return clean_key(text).lower().replace("-", "").replace(" ", "")


def open_slip(*, key: str, code: str, phone_tail: str) -> FamilySlip:
    """The slip, when the code and the last four digits of one guardian's phone are right.

    Failures are counted; the fifth locks the slip for 15 minutes. A wrong key, a wrong code and a wrong phone answer
    alike. Raises DomainError `slip_wrong`, `slip_locked`.
    """
    outcome: DomainError | None = None
    slip: FamilySlip | None = None
    with transaction.atomic():
        slip = (
            FamilySlip.objects.select_for_update(of=("self",))
            .select_related("pupil", "school")
            .filter(key=key, revoked_at=None)
            .first()
        )
        if slip is None:
            outcome = DomainError("slip_wrong", WRONG)
        elif slip.locked_until is not None and slip.locked_until > now():
            outcome = DomainError("slip_locked", LOCKED)
        else:
            tails = {g.phone[-4:] for g in slip.pupil.guardians.all() if len(g.phone) >= 4}
            right_code = hmac.compare_digest(slip_code(slip).encode(), _typed(code).encode())
            if right_code and _typed(phone_tail) in tails:
                slip.failures, slip.locked_until = 0, None
            else:
                slip.failures += 1
                outcome = DomainError("slip_wrong", WRONG)
                if slip.failures >= MAX_FAILURES:
                    slip.failures, slip.locked_until = 0, now() + LOCK_FOR
                    outcome = DomainError("slip_locked", LOCKED)
            slip.save(update_fields=["failures", "locked_until"])
    # Raised outside of the transaction: the count of failures must stay.
    if outcome is not None or slip is None:
        raise outcome or DomainError("slip_wrong", WRONG)
    return slip
