"""谁看过: who opened the files of one's pupils and what one wrote oneself, and the lists that held them."""

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet
from django.utils.timezone import get_current_timezone, localtime

from accounts.actors import Actor
from accounts.enums import AuditKind
from accounts.models import AuditEntry
from accounts.querysets import AuditQuerySet
from core.kept import kept
from mentors.models.slots import Assignment
from records.audit.contexts import DEEDS, LISTS, LISTS_OF_CHILDREN, UNKNOWN
from records.audit.queries.subjects import concerning, names_of
from records.desk.models import Reading
from records.desk.queries.history import roles_of_readers
from records.kinds import all_kinds, kind_called
from students.models import Enrolment

#: So far it is looked back, and so many lines of each source are told.
LOOKED_BACK: Final = datetime.timedelta(days=90)
MOST: Final = 500
#: Where the file of a pupil is opened, or what was written for one; a family's slip is opened by the family.
_FILES: Final = (
    "students.pupil",
    "records.homevisit",
    "records.hearttalk",
    "records.growthletter",
    "records.attachment",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """On a day somebody, by their role in the school, opened or took out something."""

    day: datetime.date
    who: str
    role: str
    words: str


@dataclass(frozen=True, slots=True)
class _Act:
    day: datetime.date
    user_id: int
    who: str
    words: str
    whom: str = ""


def seen_by_others(actor: Actor) -> list[Seen]:
    """What others opened and took out in 90 days that concerns the actor, the latest first. Eight queries at most.

    Readings are of all that one wrote; files, papers and lists are those of one's pupils of today.
    """
    if actor.school_id is None or actor.user_id is None:
        return []
    since = datetime.datetime.combine(actor.today - LOOKED_BACK, datetime.time(), get_current_timezone())
    held = _held(actor)
    pupils, slots = {pupil for pupil, _slot in held}, {slot for _pupil, slot in held}
    acts = [*_texts(actor, since)]
    if pupils:
        acts += _files(_others(actor, since), pupils, slots)
        acts += _lists(_lists_taken(actor, since), pupils, slots)
    whom: dict[tuple[datetime.date, int, str, str], list[str]] = defaultdict(list)
    for act in acts:
        whom[act.day, act.user_id, act.who, act.words].append(act.whom)
    roles = roles_of_readers(actor, {user_id for _day, user_id, _who, _words in whom})
    lines = [
        Seen(day, who, roles.get(user_id, ""), _in_words(words, found))
        for (day, user_id, who, words), found in whom.items()
    ]
    return sorted(lines, key=lambda line: (-line.day.toordinal(), line.who, line.words))


@kept
def _held(actor: Actor) -> QuerySet[Assignment, tuple[int, int]]:
    return Assignment.objects.held_by(actor).active().values_list("pupil_id", "mentor_id")


def _others(actor: Actor, since: datetime.datetime) -> AuditQuerySet:
    rows = AuditEntry.objects.filter(school=actor.school_id, kind=AuditKind.READ, at__gte=since)
    return rows.exclude(user=None).exclude(user=actor.user_id).select_related("user").order_by("-at", "-pk")


def _in_words(words: str, whom: Iterable[str]) -> str:
    names = [name for name in dict.fromkeys(whom) if name]
    return f"{words}：{'、'.join(names)}" if names else words


def _texts(actor: Actor, since: datetime.datetime) -> Iterator[_Act]:
    for row in _readings(actor, since):
        words = f"看了您写的{kind_called(row.kind).label}"
        yield _Act(localtime(row.last_at).date(), row.user_id, row.user.name, words)


@kept
def _readings(actor: Actor, since: datetime.datetime) -> QuerySet[Reading]:
    of_kinds = [
        Reading.objects.filter(kind=kind.key, record_id__in=written.order_by().values("pk")).order_by().values("pk")
        for kind in all_kinds()
        if kind.author == "created_by"
        for written in (kind.model._default_manager.filter(created_by=actor.user_id),)
    ]
    # Kind by kind they are looked up by the record; for all at once the readings of a whole city were gone through.
    mine = of_kinds[0].union(*of_kinds[1:], all=True)
    rows = Reading.objects.filter(pk__in=mine, school=actor.school_id, last_at__gte=since).exclude(user=actor.user_id)
    return rows.select_related("user").order_by("-last_at", "-pk")[:MOST]


def _files(rows: AuditQuerySet, pupils: Collection[int], slots: Collection[int]) -> Iterator[_Act]:
    of_slots = Q(target_type="mentors.mentor", target_id__in=sorted(slots))
    entries = list(rows.filter(concerning(pupils, only=_FILES) | of_slots)[:MOST])
    names = names_of(entry for entry in entries if entry.target_type != "mentors.mentor")
    for entry in entries:
        user, words = entry.user, DEEDS.get(entry.verb, UNKNOWN).words
        for whom in names.get((entry.target_type, entry.target_id or 0), [""]):
            if user is not None:
                yield _Act(localtime(entry.at).date(), user.pk, user.name, words, whom)


@kept
def _lists_taken(actor: Actor, since: datetime.datetime) -> QuerySet[AuditEntry]:
    """Lists of children, which are taken out for certain classes or for all."""
    return _others(actor, since).filter(verb="take_out_list", detail__list__in=sorted(LISTS_OF_CHILDREN))[:MOST]


@kept
def _places(pupils: Collection[int]) -> QuerySet[Enrolment, tuple[int, int]]:
    held = Enrolment.objects.active().filter(pupil__in=sorted(pupils))
    return held.values_list("school_class_id", "school_class__grade_id")


def _lists(taken: list[AuditEntry], pupils: Collection[int], slots: Collection[int]) -> Iterator[_Act]:
    """Those whose filter does not leave one's pupils out; which rows were ticked is not known."""
    places = {""}
    for class_id, grade_id in _places(pupils):
        places |= {f"c{class_id}", f"g{grade_id}"}
    for entry in taken:
        where, user = entry.detail.get("where", {}), entry.user
        if user is not None and where.get("place", "") in places and where.get("mentor") in (None, "", *slots):
            words = f"导出或打印了可能有您学生的名单：{LISTS[entry.detail['list']]}"
            yield _Act(localtime(entry.at).date(), user.pk, user.name, words)
