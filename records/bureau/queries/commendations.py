"""Reads of commendations 表彰."""

from django.db.models import QuerySet

from accounts.actors import Actor
from records.bureau.models import Commendation


def standing_commendations(actor: Actor) -> QuerySet[Commendation]:
    """Those that the actor may see and nobody has taken back, school and bureau at hand, the newest first."""
    return Commendation.objects.visible_to(actor).standing().select_related("school", "bureau")
