"""What each person should be told on each day, reckoned by plain rules from plain values: nothing of the product.

Only one thing is taken for given: which pupil was whose on which day, and on which day an action was done.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

DAY = datetime.timedelta(days=1)


def date(text: str) -> datetime.date:
    """`0811` is 11 August 2026, `0105` 5 January 2027."""
    month, day = int(text[:2]), int(text[2:])
    return datetime.date(2027 if month < 7 else 2026, month, day)


@dataclass(frozen=True)
class PlainWindow:
    """An action and the days in which it is to be done; `last` where the action has no later window."""

    action: str
    opens: datetime.date
    due: datetime.date
    last: bool
    first_day: bool = True
    before: tuple[int, ...] = (7, 2)
    homeroom: bool = False
    office: bool = False


@dataclass
class PlainSchool:
    """A school in the first term of 2026, in words that a teacher would use."""

    windows: list[PlainWindow]
    off: set[datetime.date]
    extra: set[datetime.date]
    term: tuple[datetime.date, datetime.date]
    began: datetime.date | None = None
    # Days on which the machine was off, and on which the school reminds nobody, or not this person.
    broken: set[datetime.date] = field(default_factory=set)
    paused: set[datetime.date] = field(default_factory=set)
    muted: dict[str, set[datetime.date]] = field(default_factory=lambda: defaultdict(set))
    # Who holds the slot; pupil → (slot, from, until) for each span; pupil → class; class → homeroom teacher.
    people: dict[str, list[str]] = field(default_factory=dict)
    spans: dict[str, list[tuple[str, datetime.date, datetime.date]]] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    homeroom: dict[str, str] = field(default_factory=dict)
    office: str = ""
    gone: dict[str, datetime.date] = field(default_factory=dict)
    # (pupil, action) → the day on whose afternoon it was done.
    done: dict[tuple[str, str], datetime.date] = field(default_factory=dict)

    def sends(self, day: datetime.date) -> bool:
        """Whether the morning's task tells anybody anything, machine aside."""
        school = day in self.extra or (day.weekday() < 5 and day not in self.off)
        return school and day not in self.paused

    def is_open(self, pupil: str, action: str, day: datetime.date) -> bool:
        """Whether it is still to be done on the morning of `day`."""
        is_here = day <= self.gone.get(pupil, datetime.date.max)
        return is_here and day <= self.done.get((pupil, action), datetime.date.max)

    def slot_of(self, pupil: str, day: datetime.date) -> str:
        """Whose pupil it is on the morning of `day`."""
        held = [slot for slot, since, until in self.spans.get(pupil, []) if since < day <= until]
        return held[0] if held else ""


def day_words(day: datetime.date, seen_on: datetime.date) -> str:
    """`11月25日`, with the year where it is another one than that of the day on which it is read."""
    year = f"{day.year}年" if day.year != seen_on.year else ""
    return f"{year}{day.month}月{day.day}日"


WORDS = {
    "visit": "还有 {} 位同学没有家访",
    "talk": "还有 {} 位同学没有谈心",
    "letter": "还有 {} 位同学的成长寄语没有交",
}
LABELS = {"visit": "家访", "talk": "谈心", "letter": "成长寄语"}


def messages(school: PlainSchool, first: datetime.date, last: datetime.date) -> Iterator[tuple[str, str, list[str]]]:
    """Day, name and lines of everything that is sent, in order."""
    told: set[tuple[str, str]] = set()
    heard: dict[str, datetime.date] = {}
    day = first - DAY
    while day < last:
        day += DAY
        if not school.sends(day) or day in school.broken:
            continue
        following = day + DAY
        while not school.sends(following):
            following += DAY
        everybody = dict.fromkeys(
            [*(one for both in school.people.values() for one in both), *school.homeroom.values(), school.office]
        )
        for person in everybody:
            if day in school.muted[person]:
                continue
            lines = list(_lines(school, person, day, following))
            news = [line for line in lines if line.key and (person, line.key) not in told]
            monday = day - day.weekday() * DAY
            had_one = heard.get(person, datetime.date.min) >= monday
            if not [line for line in news if line.presses or not had_one]:
                continue
            said = [line for line in lines if line in news or not line.weekly]
            told.update((person, line.key) for line in said if line.key)
            heard[person] = day
            yield f"{day:%m%d}", person, [line.words for line in said]


@dataclass(frozen=True)
class _Line:
    words: str
    key: str
    presses: bool = False
    weekly: bool = False


def _lines(school: PlainSchool, person: str, day: datetime.date, following: datetime.date) -> Iterator[_Line]:
    own = {slot for slot, both in school.people.items() if person in both}
    led = {label for label, teacher in school.homeroom.items() if teacher == person}
    groups = [("own", "", [pupil for pupil in school.classes if own and school.slot_of(pupil, day) in own])]
    groups += [("class", label, [p for p, c in school.classes.items() if c == label]) for label in sorted(led)]
    groups += [("school", "全校", list(school.classes))] if person == school.office else []
    for kind, place, pupils in groups:
        asked = [w for w in school.windows if kind == "own" or (w.homeroom if kind == "class" else w.office)]
        for window in asked:
            count = sum(school.is_open(pupil, window.action, day) for pupil in pupils)
            if count and window.opens <= day <= window.due:
                words = WORDS[window.action].format(count)
                presses = (window.due - day).days <= 2 or window.due < following
                key = f"{place}{window.action}{window.opens}" + _point(window, day, following)
                yield _Line(
                    f"{place}{words}（{day_words(window.due, day)}前）",
                    key if _point(window, day, following) else "",
                    presses,
                )
        for window in asked:
            count = sum(school.is_open(pupil, window.action, day) for pupil in pupils)
            monday = day - day.weekday() * DAY
            if not (count and window.last and window.due < monday and school.term[0] <= day <= school.term[1]):
                continue
            if school.began is not None and window.due < school.began:
                words = f"{place}使用本系统以前到期，还没有登记：{LABELS[window.action]} {count} 位（做过的请补登）"
                yield _Line(words, f"{place}{window.action}before")
            else:
                words = f"{place}已过期仍未完成：{LABELS[window.action]} {count} 位"
                yield _Line(words, f"{place}{window.action}over{monday}", weekly=True)


def _point(window: PlainWindow, day: datetime.date, following: datetime.date) -> str:
    reached = "first" if window.first_day else ""
    for n in window.before:
        point = window.due - n * DAY
        if point >= window.opens and (point <= day or window.due < following):
            reached = f"{n} before"
    return reached
