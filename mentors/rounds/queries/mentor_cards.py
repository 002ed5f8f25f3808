"""Who may see which mentor card."""

from django.db.models import QuerySet

from accounts.actors import Actor
from core.kept import kept
from mentors.models.slots import Teacher
from mentors.staff.models import MentorCard


def own_teacher(actor: Actor) -> Teacher | None:
    """The actor on the roster of the school acted in, card at hand; None for accounts that belong to no teacher."""
    return next(iter(_own_teacher(actor)), None) if actor.user_id is not None else None


@kept
def _own_teacher(actor: Actor) -> QuerySet[Teacher]:
    rows = Teacher.objects.visible_to(actor).present().filter(user_id=actor.user_id or 0)
    return rows.select_related("mentor_card").order_by("pk")[:1]


def mentor_card_of(teacher: Teacher) -> MentorCard | None:
    """The teacher's card, if they made one."""
    return getattr(teacher, "mentor_card", None)


def photos_visible_to(actor: Actor) -> QuerySet[MentorCard]:
    """Cards with a photo of the actor's school; those of teachers who left are shown to nobody."""
    return MentorCard.objects.visible_to(actor).filter(teacher__left_on=None).exclude(photo="")


def shared_mentor_card(key: str) -> MentorCard | None:
    """The card behind a badge's code, if its teacher shares it and has not left; teacher and school at hand."""
    return next(iter(_shared(key)), None)


@kept
def _shared(key: str) -> QuerySet[MentorCard]:
    rows = MentorCard.objects.filter(key=key, is_shared=True, teacher__left_on=None)
    return rows.select_related("teacher", "school").order_by("pk")[:1]
