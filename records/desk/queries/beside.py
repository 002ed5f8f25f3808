"""What stands on a mentor's home beside the roster: for most people on most days nothing, which is asked at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, QuerySet

from accounts.actors import Actor
from accounts.models import User
from core.kept import kept
from mentors.rounds.models import Club
from mentors.rounds.queries.clubs import led_clubs
from mentors.rounds.queries.marks import MarkTask, mark_tasks, open_candidacies
from mentors.team.queries.meetings import team_classes
from records.desk.queries.form_start import DraftLine, draft_lines, latest_drafts
from records.rules import classes_led_formerly
from schools.models import SchoolClass, SchoolYear


@dataclass(frozen=True, slots=True)
class Beside:
    """Unfinished texts, rounds to mark in, clubs that one leads, classes in whose team one is, and led before."""

    drafts: Sequence[DraftLine] = ()
    mark_tasks: Sequence[MarkTask] = ()
    clubs: Sequence[Club] = ()
    team_classes: Sequence[SchoolClass] = ()
    led_formerly: Sequence[SchoolClass] = ()


def find_beside(actor: Actor, year: SchoolYear | None) -> Beside:
    """All of it. One query, and one more for each kind of which there is something (rounds: two)."""
    drafts, rounds, clubs, teams, led = _is_there(actor, year)[0]
    return Beside(
        drafts=draft_lines(actor) if drafts else (),
        mark_tasks=mark_tasks(actor) if rounds else (),
        clubs=led_clubs(actor, year) if clubs and year is not None else (),
        team_classes=team_classes(actor) if teams else (),
        led_formerly=classes_led_formerly(actor) if led else (),
    )


@kept
def _is_there(actor: Actor, year: SchoolYear | None) -> QuerySet[User, tuple[Any, ...]]:
    """One row of yes and no."""
    rows: tuple[QuerySet[Any], ...] = (
        latest_drafts.build(actor),
        open_candidacies.build(actor),
        led_clubs.build(actor, year) if year is not None else Club._default_manager.none(),
        team_classes.build(actor),
        classes_led_formerly.build(actor),
    )
    found: QuerySet[User, Any] = User.objects.get_queryset().filter(pk=actor.user_id or 0)
    return found.values_list(*[Exists(some) for some in rows])
