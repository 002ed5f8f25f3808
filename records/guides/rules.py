"""Which texts are whose, and which one explains a page."""

from typing import Final

from accounts.actors import Actor
from accounts.enums import Role
from records.guides.contexts import GUIDES, Guide

#: The part of a text that explains a main page, by the name of its address.
EXPLAINS: Final = {
    "desk:home": "mentor",
    "desk:letters": "manual-mentor#letters",
    "desk:letter_desk": "manual-mentor#letters",
    "office:dashboard": "manual-office#dashboard",
    "office:pupils": "manual-office#dashboard",
    "office:mentors": "manual-office#dashboard",
    "office:letters": "manual-office#letters",
    "figures:trends": "manual-office#dashboard",
    "leader:page": "manual-office#dashboard",
    "reminding:home": "manual-office#dashboard",
    "papers:index": "manual-office#papers",
    "readiness:list": "office",
    "board:list": "manual-homeroom#board",
    "board:detail": "manual-homeroom#board",
    "desk:visits": "homeroom",
    "papers:class_slips": "manual-homeroom#slips",
    "counsel:home": "counsellor",
    "manage:people": "manual-admin#people",
    "manage:pupils": "manual-admin#daily",
    "manage:classes": "admin",
    "imports:list": "manual-admin#import",
    "year:overview": "manual-admin#year",
    "plan:detail": "manual-admin#plan",
    "setup:first_weeks": "admin",
    "setup:school": "admin",
    "bureau:home": "bureau",
}


def guides_of(actor: Actor) -> tuple[list[Guide], list[Guide]]:
    """The texts for the actor's own roles, and the others that they may read: none for who acts in no school."""
    own = [guide for guide in GUIDES.values() if guide.roles & actor.roles]
    if actor.school_id is None:
        return own, []
    return own, [guide for guide in GUIDES.values() if guide not in own and Role.BUREAU not in guide.roles]


def may_read(actor: Actor, guide: Guide) -> bool:
    """Whether the text is among those of `guides_of`."""
    own, others = guides_of(actor)
    return guide in own or guide in others


def explained(actor: Actor, view_name: str) -> tuple[str, str] | None:
    """Key and anchor of what explains a main page to the actor: another role's page by the actor's own first text."""
    if view_name not in EXPLAINS:
        return None
    key, _, anchor = EXPLAINS[view_name].partition("#")
    own, _others = guides_of(actor)
    if GUIDES[key] in own:
        return key, anchor
    return (own[0].key, "") if own else None
