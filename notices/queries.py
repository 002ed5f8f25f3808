"""Reads of the inbox for its pages."""

from accounts.actors import Actor
from notices.models import Notice
from notices.querysets import NoticeQuerySet


def own_notices(actor: Actor) -> NoticeQuerySet:
    """The actor's notices, the newest first."""
    return Notice.objects.visible_to(actor).for_inbox()
