"""The mentors of a year and how many pupils each carries: facts for whoever gives places out, in the order of names."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Exists, Min, OuterRef, QuerySet

from accounts.actors import Actor
from core.kept import kept
from core.lists import ListColumn, ListOut, batched
from mentors.models.slots import Assignment, CapException, Mentor
from schools.calendar import YearCalendar
from schools.models import SchoolYear


@dataclass(frozen=True, slots=True)
class Load:
    """A mentor slot with what it carries; `places`: what the plan gives its members together, without an exception."""

    mentor_id: int
    load: int
    capacity: int
    places: int
    # 德育室 has agreed to more than the plan's cap, whether it is used or not.
    is_agreed: bool = False

    @property
    def is_over(self) -> bool:
        """More pupils than the plan's cap 上限."""
        return self.load > self.places

    @property
    def free(self) -> int:
        """Places left."""
        return max(0, self.capacity - self.load)

    @property
    def kinds(self) -> set[str]:
        """Which of `MENTOR_SHOW` keep it."""
        answers = {"over": self.is_over, "full": self.load > 0 and not self.free, "free": self.free > 0}
        answers |= {"none": not self.load, "exception": self.is_agreed}
        return {name for name, answer in answers.items() if answer}


def loads(actor: Actor, calendar: YearCalendar) -> list[Load]:
    """The slots of the year that have or could have pupils, by name. Two queries."""
    plan = calendar.rules.plan
    carried = dict(_carried(actor, calendar.year))
    return [
        Load(pk, carried.get(pk, 0), capacity, plan.cap * (1 if plan.shared_counts_once else max(held_by, 1)), agreed)
        for pk, capacity, held_by, agreed in _slots(actor, calendar.year)
        if pk in carried or capacity
    ]


@kept
def _carried(actor: Actor, year: SchoolYear) -> QuerySet[Assignment, tuple[int, int]]:
    counted = Assignment.objects.visible_to(actor).lasting(year).filter(counts_in_load=True)
    return counted.values_list("mentor").annotate(n=Count("pk")).order_by()


@kept
def _slots(actor: Actor, year: SchoolYear) -> QuerySet[Mentor, tuple[int, int, int, bool]]:
    slots = (
        Mentor.objects.visible_to(actor)
        .of_year(year)
        .annotate(
            held_by=Count("members"),
            first=Min("members__teacher__pinyin"),
            agreed=Exists(CapException.objects.valid().filter(mentor=OuterRef("pk"))),
        )
    )
    return slots.order_by("first", "pk").values_list("pk", "capacity", "held_by", "agreed")


#: Filters of the list. The empty one shows all.
MENTOR_SHOW: Final = ("", "over", "exception", "full", "free", "none")


def matching(found: Sequence[Load], show: str, sort: str = "") -> list[Load]:
    """Those of `loads` that the filter `show` keeps, by name, or by their pupils where `sort` is `load` or `-load`."""
    rows = [one for one in found if not show or show in one.kinds]
    if sort.removeprefix("-") == "load":
        return sorted(rows, key=lambda one: one.load, reverse=sort.startswith("-"))
    return rows[::-1] if sort == "-name" else rows


@dataclass(frozen=True, slots=True)
class MentorLine:
    """A line of the list. `reason`: why 德育室 has agreed to more, if it has."""

    mentor: Mentor
    load: Load
    reason: str

    @property
    def classes(self) -> str:
        """The classes in whose teams it is."""
        return "、".join(team.school_class.label for team in self.mentor.teams.all())


def mentor_lines(actor: Actor, found: Sequence[Load]) -> list[MentorLine]:
    """One page of `matching` with names, classes and reasons. Six queries."""
    keys = [one.mentor_id for one in found]
    slots = {slot.pk: slot for slot in _with_classes(actor, keys)}
    reasons = dict(_reasons(actor, keys))
    return [MentorLine(slots[one.mentor_id], one, reasons.get(one.mentor_id, "")) for one in found]


@kept
def _with_classes(actor: Actor, keys: Sequence[int]) -> QuerySet[Mentor]:
    slots = Mentor.objects.visible_to(actor).filter(pk__in=keys)
    return slots.with_names().prefetch_related("teams__school_class__grade")


@kept
def _reasons(actor: Actor, keys: Sequence[int]) -> QuerySet[CapException, tuple[int, str]]:
    valid = CapException.objects.visible_to(actor).valid().filter(mentor__in=keys)
    return valid.values_list("mentor", "reason")


def mentors_out(
    actor: Actor, calendar: YearCalendar, found: Sequence[Load], *, about: str, where: Mapping[str, object]
) -> ListOut:
    """Those of `matching` as a list to export or print; no pupil is named."""

    def lines() -> Iterator[list[str | int | None]]:
        for part in batched(found, 500):
            for one in mentor_lines(actor, part):
                yield [one.mentor.names, one.classes, one.load.load, one.load.capacity, one.load.free, one.reason]

    numbers = [ListColumn(title, 8, number=True) for title in ("学生", "上限", "空余")]
    return ListOut(
        name="mentors",
        title="导师带学生人数",
        columns=[ListColumn("导师", 16), ListColumn("班级", 20), *numbers, ListColumn("超额的理由", 24)],
        rows=lines(),
        names_children=False,
        about=about,
        where=where,
        note=f"方案上限每位导师 {calendar.rules.plan.cap} 人。按姓名排列，不作比较。",
    )
