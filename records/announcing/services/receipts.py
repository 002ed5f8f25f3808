"""The only writer of who has read an announcement and who has confirmed it."""

from django.db import transaction

from accounts.actors import Actor
from core.clock import now, today
from core.errors import DomainError
from notices.services import mark_link_read
from records.announcing.models import Announcement, Receipt
from records.announcing.queries.announcements import announcements_for_family
from records.announcing.rules import is_addressed
from students.models import FamilySlip, Pupil

_CORRECTED = "公告刚刚更正过，请看过新的内容再确认。"


def read_announcement(*, actor: Actor, announcement: Announcement) -> bool:
    """Note that the actor has opened it as it stands, with its notices; False where it does not address them."""
    if actor.user_id is None or actor.school_id is None or not is_addressed(actor, announcement):
        return False
    _note(announcement, school_id=actor.school_id, user_id=actor.user_id)
    mark_link_read(actor=actor, link=announcement.address)
    return True


@transaction.atomic
def confirm_announcement(*, actor: Actor, announcement: Announcement, edition: int) -> None:
    """Note that the actor has confirmed the `edition` that they saw; the first time counts.

    Raises DomainError `other_school`, `not_allowed`, `no_receipt`, `corrected`.
    """
    if announcement.school_id is not None and announcement.school_id != actor.school_id:
        raise DomainError("other_school", "这条公告不是您学校的。")
    if actor.user_id is None or actor.school_id is None or not is_addressed(actor, announcement):
        raise DomainError("not_allowed", "这条公告不是发给您的，不用确认。")
    _confirm(announcement, edition, school_id=actor.school_id, user_id=actor.user_id)


def read_by_family(*, slip: FamilySlip, announcement: Announcement) -> None:
    """Note that the family of a slip has opened it as it stands."""
    _note(announcement, school_id=slip.school_id, pupil_id=slip.pupil_id)


@transaction.atomic
def confirm_by_family(*, slip: FamilySlip, announcement: Announcement, edition: int) -> None:
    """As `confirm_announcement`, for the family of a slip."""
    if not announcements_for_family(slip, today()).filter(pk=announcement.pk).exists():
        raise DomainError("not_allowed", "这条公告现在不能确认：学校撤回了，或者已经过期。")
    _confirm(announcement, edition, school_id=slip.school_id, pupil_id=slip.pupil_id)


def join_receipts(*, kept: Pupil, other: Pupil) -> None:
    """What the family of a pupil has read stands where two entries become one; the kept entry's own goes before."""
    known = Receipt.objects.filter(pupil=kept).values_list("announcement_id", flat=True)
    Receipt.objects.filter(pupil=other, announcement_id__in=list(known)).delete()
    Receipt.objects.filter(pupil=other).update(pupil=kept)


def _note(announcement: Announcement, *, school_id: int, **whose: int) -> Receipt:
    """The receipt of somebody who has read the present text."""
    read = {"read_edition": announcement.edition, "read_at": now()}
    receipt, is_new = Receipt.objects.get_or_create(
        announcement=announcement, **whose, defaults={"school_id": school_id, **read}
    )
    if not is_new and receipt.read_edition < announcement.edition:
        Receipt.objects.filter(pk=receipt.pk, read_edition__lt=announcement.edition).update(**read)
    return receipt


def _confirm(announcement: Announcement, edition: int, *, school_id: int, **whose: int) -> None:
    row = Announcement.objects.select_for_update().get(pk=announcement.pk)
    if not row.needs_receipt:
        raise DomainError("no_receipt", "这条公告不用确认。")
    if edition != row.edition:
        raise DomainError("corrected", _CORRECTED)
    receipt = _note(row, school_id=school_id, **whose)
    fresh = Receipt.objects.filter(pk=receipt.pk).exclude(confirmed_edition=row.edition)
    fresh.update(confirmed_edition=row.edition, confirmed_at=now())
