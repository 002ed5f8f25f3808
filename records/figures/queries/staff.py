"""Training, loads and exceptions of the mentors, as figures of the school; nobody is named here."""

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Count, Exists, OuterRef, Q, Subquery, Sum
from django.urls import reverse

from accounts.actors import Actor
from mentors.models.slots import CapException, MentorMember, TeamMember
from mentors.staff.models import TrainingSession
from records.figures.contexts import Chart, Fact, Section, Series
from records.office.queries.dashboard import covered_pupils, has_mentor
from records.office.queries.mentors import Load, loads
from schools.calendar import YearCalendar


def training(actor: Actor, calendar: YearCalendar) -> Section:
    """培训 of the term: how many came to each; of the year, how many mentors came and how many hours they have. Three
    queries.
    """
    sessions = list(
        TrainingSession.objects.visible_to(actor)
        .filter(term=calendar.term, date__lte=actor.today)
        .order_by("date", "pk")
        .annotate(came=Count("teachers"))
        .values_list("date", "topic", "came")
    )
    counted = trained_members(calendar, actor.today)
    labels = [f"{day.month}.{day.day} {topic}" for day, topic, _ in sessions]
    chart = Chart(
        "training",
        "每次培训来了多少位老师",
        "bars",
        "培训",
        labels,
        [Series("人数", [count for *_, count in sessions])],
        unit="人",
    )
    hint = f"本学年导师 {counted['all']} 位"
    fact = Fact("参加过培训的导师", counted["trained"], "位", hint=hint)
    return Section("training", "培训", [chart, _hours(calendar, actor.today)], [fact])


#: How many hours 学时 somebody has, in words: up to so many.
_HOURS = ((0, "没有学时"), (2, "2 学时以内"), (4, "2—4 学时"), (8, "4—8 学时"))


def _hours(calendar: YearCalendar, today: datetime.date) -> Chart:
    """How many mentors have how many hours of the year's trainings up to `today`. One query."""
    sessions = TrainingSession.objects.filter(term__year=calendar.year, date__lte=today, teachers=OuterRef("teacher"))
    sums = sessions.order_by().values("teachers").annotate(sum=Sum("hours")).values("sum")
    members = MentorMember.objects.filter(year=calendar.year, school_id=calendar.year.school_id)
    words = [*(word for _, word in _HOURS), "8 学时以上"]
    held = (hours or 0 for hours in members.annotate(hours=Subquery(sums)).values_list("hours", flat=True))
    counts = Counter(next((word for top, word in _HOURS if hours <= top), words[-1]) for hours in held)
    mentors = Series("导师", [counts[word] for word in words])
    return Chart("hours", "本学年导师参加培训的学时", "bars", "学时", words, [mentors], unit="位")


def trained_members(calendar: YearCalendar, today: datetime.date) -> dict[str, int]:
    """`all` mentors of the year, and those `trained`, who came to one of its trainings up to `today`. One query."""
    came = TrainingSession.objects.filter(term__year=calendar.year, date__lte=today, teachers=OuterRef("teacher"))
    members = MentorMember.objects.filter(year=calendar.year, school_id=calendar.year.school_id)
    return members.annotate(came=Exists(came)).aggregate(all=Count("pk"), trained=Count("pk", filter=Q(came=True)))


#: How many pupils a mentor has, in words: up to so many. Above the plan's cap: `OVER`.
_STEPS = (0, 5, 10)


@dataclass(frozen=True, slots=True)
class Room:
    """Whether the mentors suffice: pupils without one, free places, and how many mentors more are needed at least."""

    unmentored: int
    free: int
    cap: int

    @property
    def needed(self) -> int:
        """还需要几位导师: as if every place could be given to anybody."""
        return -(-max(0, self.unmentored - self.free) // self.cap)


def room(actor: Actor, calendar: YearCalendar, found: Sequence[Load]) -> Room:
    """How the mentors suffice for the covered grades. One query."""
    unmentored = covered_pupils(actor, calendar).exclude(has_mentor(calendar)).count()
    return Room(unmentored, sum(one.free for one in found), calendar.rules.plan.cap)


def carrying(actor: Actor, calendar: YearCalendar) -> Section:
    """导师人数: how many mentors have how many pupils, exceptions, and how many more are needed. Six queries."""
    found = loads(actor, calendar)
    cap = calendar.rules.plan.cap
    steps = load_steps(cap)
    counts = Counter(load_word(one, steps) for one in found)
    words = [word for _, word in steps] + [over_word(cap)]
    mentors, pupils = reverse("office:mentors"), reverse("office:pupils")
    exceptions = CapException.objects.visible_to(actor).valid().filter(mentor__year=calendar.year).count()
    left = room(actor, calendar, found)
    chart = Chart(
        "loads",
        "一位导师带几名学生",
        "bars",
        "学生",
        words,
        [Series("导师", [counts[word] for word in words])],
        unit="位",
    )
    return Section(
        "loads",
        "导师与人数",
        [chart, _needs(actor, calendar, found)],
        [
            Fact("导师", len(found), "位", hint=f"空余名额 {left.free} 个", href=f"{mentors}?term={calendar.key}"),
            Fact("还没有导师的学生", left.unmentored, "人", href=f"{pupils}?show=no_mentor&term={calendar.key}"),
            Fact("还需要导师", left.needed, "位", hint="至少；把空余名额都用上以后"),
            Fact("超额", exceptions, "位", hint="经德育室同意", href=f"{mentors}?show=exception&term={calendar.key}"),
        ],
    )


def _needs(actor: Actor, calendar: YearCalendar, found: Sequence[Load]) -> Chart:
    """还需要几位导师, grade by grade: free places count in every grade in whose teams a mentor is. Two queries."""
    grade = ("school_class__grade__number", "school_class__grade__name")
    teams = TeamMember.objects.filter(school_class__year=calendar.year, school_id=calendar.year.school_id)
    places = {one.mentor_id: one.free for one in found}
    free: Counter[tuple[int, str]] = Counter()
    for mentor_id, *of in set(teams.values_list("mentor", *grade)):
        free[*of] += places.get(mentor_id, 0)
    rows = covered_pupils(actor, calendar).order_by().values_list(*grade)
    lacking = {(number, name): n for number, name, n in rows.annotate(n=Count("pk", filter=~has_mentor(calendar)))}
    cap = calendar.rules.plan.cap
    rooms = [(name, Room(n, free[number, name], cap)) for (number, name), n in sorted(lacking.items())]
    return Chart(
        "needed",
        "各年级还需要几位导师",
        "bars",
        "年级",
        [name for name, _ in rooms],
        [
            Series("还没有导师的学生", [one.unmentored for _, one in rooms]),
            Series("空余名额", [one.free for _, one in rooms]),
            Series("还需要导师", [one.needed for _, one in rooms]),
        ],
        unit="",
        note="至少需要的位数，按方案上限算；导师在几个年级的导师团里，空余名额就在这几个年级都算一次。",
    )


def load_steps(cap: int) -> list[tuple[int, str]]:
    """Up to how many pupils, and the words: 没有, 1—5, 6—10, 11—15."""
    tops = [top for top in _STEPS if top < cap] + [cap]
    words = ["没有学生"] + [f"{low + 1}—{top} 人" for low, top in pairwise(tops)]
    return list(zip(tops, words, strict=True))


def over_word(cap: int) -> str:
    """What those above the plan's cap are called."""
    return f"超过 {cap} 人"


def load_word(one: Load, steps: Sequence[tuple[int, str]]) -> str:
    """Where a slot stands; one that two share may have twice the cap."""
    if one.is_over:
        return over_word(steps[-1][0])
    return next((word for top, word in steps if one.load <= top), steps[-1][1])
