"""Who reads which quiet wish for another mentor."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.queries import users_with_role
from core.clock import today
from core.kept import kept
from mentors.enums import WishState
from mentors.models.slots import Assignment
from mentors.staff.models import MentorWish
from students.models import Enrolment, Pupil


@dataclass(frozen=True, slots=True)
class WishRow:
    """A wish with the pupil's class and present mentor."""

    wish: MentorWish
    enrolment: Enrolment | None
    mentor_names: str


def readers_by_pupil(school_id: int, pupil_ids: Collection[int]) -> dict[int, list[User]]:
    """The people of 德育室 by pupil, without the pupil's own mentors and homeroom teacher: what is promised is that
    they do not learn of it. Where nobody else is there, all of 德育室, or the wish would reach nobody. Four queries.
    """
    day = today()
    office = users_with_role(school_id, Role.MORAL_OFFICE, on=day)
    concerned: dict[int, set[int | None]] = defaultdict(set)
    held = Assignment.objects.active().filter(pupil_id__in=pupil_ids, year__is_current=True)
    for pupil_id, user_id in held.values_list("pupil_id", "mentor__members__teacher__user_id"):
        concerned[pupil_id].add(user_id)
    places = dict(
        Enrolment.objects.active()
        .filter(pupil_id__in=pupil_ids, year__is_current=True)
        .values_list("pupil_id", "school_class_id")
    )
    leaders: dict[int | None, set[int]] = defaultdict(set)
    grants = RoleGrant.objects.active(day).filter(role=Role.HOMEROOM, school_class_id__in=set(places.values()))
    for class_id, user_id in grants.values_list("school_class_id", "user_id"):
        leaders[class_id].add(user_id)
    return {
        pupil_id: [u for u in office if u.pk not in concerned[pupil_id] | leaders[places.get(pupil_id)]] or office
        for pupil_id in pupil_ids
    }


def wish_readers(pupil: Pupil) -> list[User]:
    """Who reads the wish of one pupil; see `readers_by_pupil`."""
    return readers_by_pupil(pupil.school_id, [pupil.pk])[pupil.pk]


def wishes_to_handle(actor: Actor) -> list[WishRow]:
    """The open wishes that the actor may read, the oldest first."""
    rows = MentorWish.objects.visible_to(actor).filter(state=WishState.OPEN).select_related("pupil", "year")
    wishes = list(rows.order_by("created_at", "pk"))
    if not wishes or actor.school_id is None:
        return []
    readers = readers_by_pupil(actor.school_id, {wish.pupil_id for wish in wishes})
    wishes = [w for w in wishes if any(user.pk == actor.user_id for user in readers[w.pupil_id])]
    pupils = {wish.pupil_id for wish in wishes}
    places = {
        e.pupil_id: e
        for e in Enrolment.objects.active()
        .filter(pupil_id__in=pupils, year__is_current=True)
        .select_related("school_class__grade")
    }
    mentors = {
        a.pupil_id: a.mentor.names
        for a in Assignment.objects.active()
        .main()
        .filter(pupil_id__in=pupils, year__is_current=True)
        .select_related("mentor")
        .prefetch_related("mentor__members__teacher")
    }
    return [WishRow(w, places.get(w.pupil_id), mentors.get(w.pupil_id, "")) for w in wishes]


def may_read(actor: Actor, wish: MentorWish) -> bool:
    """Whether the actor is one of the wish's readers."""
    return any(user.pk == actor.user_id for user in wish_readers(wish.pupil))


def wish_of(pupil: Pupil) -> MentorWish | None:
    """The pupil's latest wish of the current year, as the family page shows it."""
    return next(iter(_wishes(pupil.pk)), None)


@kept
def _wishes(pupil_id: int) -> QuerySet[MentorWish]:
    return MentorWish.objects.filter(pupil_id=pupil_id, year__is_current=True)[:1]


def wishes_visible_to(actor: Actor) -> QuerySet[MentorWish]:
    """The wishes of the actor's school for 德育室, pupil at hand; `may_read` narrows them."""
    return MentorWish.objects.visible_to(actor).select_related("pupil")
