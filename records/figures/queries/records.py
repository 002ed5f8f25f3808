"""Talks, visits, letters and cards of a term, counted over its weeks and as distributions of the whole school.

Counts of records, whoever wrote them and whoever may read them: no text, no pupil, no teacher, no class.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Count, F
from django.db.models.functions import Coalesce

from core.localday import LocalDay
from records.enums import PRINTED_LETTERS, LetterState, Occasion, Strategy, TalkForm, VisitForm
from records.figures.contexts import Chart, Fact, Section, Series, Week
from records.figures.queries.weeks import in_weeks
from records.models.care import TreeHoleCard
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.calendar import YearCalendar

Days = dict[datetime.date, int]


def _by_day(rows: Iterable[Mapping[str, Any]], key: str, value: str) -> Days:
    counts: Days = Counter()
    for row in rows:
        if row[key] == value:
            counts[row["date"]] += row["n"]
    return counts


def of_weeks(key: str, title: str, weeks: Sequence[Week], series: Sequence[Series], **more: Any) -> Chart:
    """A chart whose labels are weeks."""
    labels, short = [week.name for week in weeks], [f"{w.starts_on.month}.{w.starts_on.day}" for w in weeks]
    return Chart(key=key, title=title, of="周", labels=labels, short=short, series=series, **more)


def talks(calendar: YearCalendar, weeks: Sequence[Week]) -> Section:
    """谈心: face to face or not, week by week; occasions and strategies of all talks of the term. Two queries."""
    rows = HeartTalk.objects.present().filter(school_id=calendar.year.school_id, term=calendar.term)
    found = list(rows.values("date", "form", "occasion").annotate(n=Count("pk")).order_by())
    named: Counter[str] = Counter()
    for strategies, count in rows.values_list("strategies").annotate(n=Count("pk")).order_by():
        named.update(dict.fromkeys(strategies, count))
    occasions = Counter[str]()
    for row in found:
        occasions[row["occasion"]] += row["n"]
    series = [
        Series(str(form.label), in_weeks(weeks, _by_day(found, "form", form), calendar.today)[0]) for form in TalkForm
    ]
    total = sum(row["n"] for row in found)
    face = sum(row["n"] for row in found if row["form"] == TalkForm.FACE)
    return Section(
        "talks",
        "谈心",
        [
            of_weeks("talk_forms", "每周谈心，面对面与其他方式", weeks, series, drawing="stacked", unit="次"),
            _distribution("occasions", "谈心的时机", "时机", [(str(o.label), occasions[o]) for o in Occasion]),
            _distribution(
                "strategies",
                "用到的策略",
                "策略",
                [(str(s.label), named[s]) for s in Strategy],
                note="一次谈心可以有几项策略，也可以不选。",
            ),
        ],
        [_share("面对面谈心", face, total)],
    )


def visits(calendar: YearCalendar, weeks: Sequence[Week]) -> Section:
    """家访: how it took place, week by week. One query."""
    rows = HomeVisit.objects.present().filter(school_id=calendar.year.school_id, term=calendar.term)
    found = list(rows.values("date", "form").annotate(n=Count("pk")).order_by())
    series = [
        Series(str(form.label), in_weeks(weeks, _by_day(found, "form", form), calendar.today)[0]) for form in VisitForm
    ]
    total = sum(row["n"] for row in found)
    # 上门, 到校 and 约定地点: the family is met. 电话 and 视频 are not.
    met = sum(row["n"] for row in found if row["form"] not in (VisitForm.PHONE, VisitForm.VIDEO))
    chart = of_weeks("visit_forms", "每周家访，按方式", weeks, series, drawing="stacked", unit="次")
    return Section("visits", "家访", [chart], [_share("见面家访（上门、到校、约定地点）", met, total)])


def letters(calendar: YearCalendar, weeks: Sequence[Week]) -> Section:
    """书面反馈: handed in, proof-read, released and read by the end of each week. One query."""
    rows: Iterable[Mapping[str, Any]] = (
        GrowthLetter.objects.present()
        .filter(school_id=calendar.year.school_id, term=calendar.term, state__in=PRINTED_LETTERS)
        .values(
            "state",
            handed=LocalDay(Coalesce("handed_in_at", "created_at")),
            accepted=LocalDay("accepted_at"),
            released=LocalDay("released_at"),
            read=LocalDay("read_at"),
        )
        .annotate(n=Count("pk"))
        .order_by()
    )
    steps: dict[str, Days] = {name: Counter() for name in ("handed", "accepted", "released", "read")}
    for row in rows:
        out = row["state"] == LetterState.RELEASED
        for name, days in steps.items():
            if row[name] is not None and (out or name in ("handed", "accepted")):
                days[row[name]] += row["n"]
    words = {"handed": "已交", "accepted": "校对通过", "released": "已发布", "read": "家长已读"}
    series = [Series(words[name], in_weeks(weeks, days, calendar.today)[1]) for name, days in steps.items()]
    label = calendar.letter_label
    chart = of_weeks("letters", f"到每周为止的{label}", weeks, series, drawing="lines", unit="封")
    facts = [Fact(words[name], sum(days.values()), "封") for name, days in steps.items()]
    return Section("letters", label, [chart], facts)


#: How long a card waited for its first answer, in days: up to, in words.
WAITED = ((0, "当天"), (2, "1—2 天"), (7, "3—7 天"), (None, "7 天以上"))


def cards(calendar: YearCalendar, weeks: Sequence[Week]) -> Section:
    """心灵树洞卡: how many came, and how long they waited. One query; counts of the whole school alone."""
    rows = TreeHoleCard.objects.filter(school_id=calendar.year.school_id, term=calendar.term)
    found = list(
        rows.values(
            handed=LocalDay("handed_in_at"),
            answered=LocalDay("answered_at"),
            met=F("met_on"),
            closed=LocalDay("closed_at"),
        )
        .annotate(n=Count("pk"))
        .order_by()
    )
    came: Days = Counter()
    waited: Counter[str] = Counter()
    waiting = 0
    for row in found:
        came[row["handed"]] += row["n"]
        first = min((day for day in (row["answered"], row["met"], row["closed"]) if day is not None), default=None)
        if first is None:
            waiting += row["n"]
        else:
            waited[waited_word((first - row["handed"]).days)] += row["n"]
    series = [Series("收到", in_weeks(weeks, came, calendar.today)[0])]
    return Section(
        "cards",
        "心灵树洞卡",
        [
            of_weeks("cards", "每周收到的卡", weeks, series, drawing="columns", unit="张"),
            _distribution("waited", "多久得到回应", "等了", [(word, waited[word]) for _, word in WAITED], unit="张"),
        ],
        [Fact("还在等回应", waiting, "张")],
    )


def waited_word(days: int) -> str:
    """Which of `WAITED` a card belongs to."""
    return next(word for most, word in WAITED if most is None or days <= most)


def _distribution(
    key: str, title: str, of: str, counts: Sequence[tuple[str, int]], *, unit: str = "次", note: str = ""
) -> Chart:
    labels, values = [label for label, _ in counts], [value for _, value in counts]
    return Chart(key, title, "bars", of, labels, [Series(unit + "数", values)], unit=unit, note=note)


def _share(label: str, part: int, total: int) -> Fact:
    """A share in per cent, with both numbers; 0 of none."""
    return Fact(label, part * 100 // total if total else 0, "%", hint=f"{part} / {total} 次")
