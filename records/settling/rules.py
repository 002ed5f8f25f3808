"""Who settles a term, and who gets the list for the personnel office."""

from typing import Final

from accounts.actors import Actor
from accounts.enums import Role
from records.settling.enums import Material
from records.settling.querysets import SETTLERS

#: Who hands the list of teachers to the personnel office (Guyi plan 五: 绩效).
LISTERS: Final = (Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)


def may_settle(actor: Actor) -> bool:
    """Whether the actor reads, makes and writes in a term's report."""
    return actor.school_id is not None and actor.has(*SETTLERS)


def materials_for(actor: Actor) -> list[Material]:
    """What one press makes for the actor: what names teachers one by one is 德育室's."""
    if actor.has(Role.MORAL_OFFICE):
        return list(Material)
    return [Material.REPORT, Material.WORKBOOK, Material.CLASSES] if may_settle(actor) else []
