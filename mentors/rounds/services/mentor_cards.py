"""The only writer of mentor cards 导师名片: each teacher writes the own one."""

from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.errors import DomainError
from core.files import delete_later
from core.text import clean_text
from mentors.models.slots import Teacher
from mentors.staff.models import MentorCard

# Large enough for a phone's screen and for the badge in print.
PHOTO_SIDE = 640


@dataclass(frozen=True, slots=True)
class MentorCardData:
    """What a teacher shows; `photo` is an uploaded file, None keeps the one there is."""

    hobbies: str = ""
    sentence: str = ""
    is_shared: bool = False
    photo: bytes | None = None
    remove_photo: bool = False


def save_mentor_card(*, actor: Actor, teacher: Teacher, data: MentorCardData) -> MentorCard:
    """Write the actor's own card. A new photo replaces the file of the old one, a removed one leaves no file.

    Raises DomainError `not_allowed` and those of `core.pictures.clean_picture`.
    """
    from core.pictures import clean_picture

    if teacher.school_id != actor.school_id or teacher.user_id is None or teacher.user_id != actor.user_id:
        raise DomainError("not_allowed", "名片由老师自己填写。")
    # Before the transaction: reading a picture takes its time.
    photo = clean_picture(data.photo, max_side=PHOTO_SIDE) if data.photo is not None else None
    storage, written = MentorCard._meta.get_field("photo").storage, ""
    try:
        with transaction.atomic():
            MentorCard.objects.get_or_create(teacher=teacher, defaults={"school_id": teacher.school_id})
            card = MentorCard.objects.select_for_update().get(teacher=teacher)
            card.hobbies, card.sentence = clean_text(data.hobbies), clean_text(data.sentence)
            card.is_shared = data.is_shared
            old = card.photo.name
            if photo is not None:
                # A name that says nothing of the person.
                card.photo.save(f"{card.key}.jpg", ContentFile(photo), save=False)
                written = card.photo.name or ""
            elif data.remove_photo:
                card.photo = ""
            if old != card.photo.name:
                delete_later(old)
            card.save()
            audit(actor=actor, verb="save_card", target=card, detail={"photo": bool(card.photo)})
    except BaseException:
        if written:
            storage.delete(written)
        raise
    return card
