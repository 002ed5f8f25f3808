"""Who may announce what to whom."""

from typing import Final

from accounts.actors import Actor
from accounts.enums import Role
from records.announcing.enums import Audience
from records.announcing.models import Announcement
from records.announcing.querysets import WRITERS

#: Who has the pages on which announcements are written.
AUTHORS: Final = (*WRITERS, Role.HOMEROOM, Role.BUREAU)


def audiences_of(actor: Actor) -> list[Audience]:
    """To whom the actor may announce: 德育室, 领导小组 and 管理员 to the school, 班主任 to the own class's families,
    a bureau to its schools.
    """
    if actor.bureau_id is not None:
        return [Audience.SCHOOLS] if actor.has(Role.BUREAU) else []
    found = [Audience.TEACHERS, Audience.ROLES, Audience.FAMILIES, Audience.GRADE] if actor.has(*WRITERS) else []
    return [*found, Audience.CLASS] if actor.homeroom_class_ids else found


def may_manage(actor: Actor, announcement: Announcement) -> bool:
    """Whether the actor may publish, correct and withdraw it. One query."""
    return Announcement.objects.managed_by(actor).filter(pk=announcement.pk).exists()


def is_addressed(actor: Actor, announcement: Announcement) -> bool:
    """Whether it stands and speaks to the actor in person. One query."""
    return Announcement.objects.addressed_to(actor).filter(pk=announcement.pk).exists()
