"""What a change of the plan will do, told before it is saved: who owes more, which ticks turn, which windows move."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count

from accounts.actors import Actor
from records.enums import TickState
from records.office.queries.plan_words import grade_words, often_words, plan_changes
from records.queries.ticks import TickKey, TickValue, counted_records, expected_ticks, grades_in
from schools.calendar import YearCalendar
from schools.enums import ActionKind
from schools.models import Grade, Term
from schools.queries import OwedAction, PlanRules, Window
from students.models import Enrolment, Pupil


@dataclass(frozen=True, slots=True)
class WindowMove:
    """The windows of an action in a term before and after the change; `grades` where it is not all that owe it."""

    label: str
    grades: str
    term: Term
    before: tuple[Window, ...]
    after: tuple[Window, ...]


@dataclass(frozen=True, slots=True)
class PlanEffects:
    """What a change does from the day `on` on. `turned_on` and `turned_off`: ticks of the term of that day."""

    on: datetime.date
    changes: tuple[str, ...]
    owing: tuple[str, ...]
    turned_on: int
    turned_off: int
    moves: tuple[WindowMove, ...]
    # Grades whose pupils have mentors and of which nothing is required.
    unasked: str = ""

    @property
    def ticks(self) -> str:
        """3 个√会变：2 个变成已完成，1 个变成未完成."""
        turns = ((self.turned_on, "变成已完成"), (self.turned_off, "变成未完成"))
        parts = [f"{count} 个{words}" for count, words in turns if count]
        return f"{self.turned_on + self.turned_off} 个√会变：{'，'.join(parts)}" if parts else "没有√会变"


def find_effects(
    actor: Actor, calendar: YearCalendar, new: PlanRules, grades: Sequence[Grade], *, seen: PlanRules
) -> PlanEffects:
    """What it does if `new`, made from the version `seen`, joins the versions of the calendar's year. Seven queries."""
    names = {grade.pk: grade.name for grade in grades}
    day = max(actor.today, new.plan.effective_from)
    before, after = calendar.seen_on(day), calendar.seen_on(day, also=new)
    present = Enrolment.objects.in_school(actor).active().of_year(calendar.year)
    sizes = dict(present.order_by().values_list("school_class__grade").annotate(n=Count("pk")))
    turned_on, turned_off = _turned(actor, before, after)
    owing = new.grades_owing(*new.required)
    return PlanEffects(
        on=day,
        changes=tuple(plan_changes(seen, new, names)),
        owing=tuple(_owing(before.rules, after.rules, sizes)),
        turned_on=turned_on,
        turned_off=turned_off,
        moves=tuple(window_moves(before, after, names)),
        unasked=grade_words(new.matching.keys() - owing, names),
    )


def _turned(actor: Actor, before: YearCalendar, after: YearCalendar) -> tuple[int, int]:
    """How many ticks that the term shows are done after the change and were not before, and the other way round."""
    records = list(counted_records(before.year, None))
    pupils = Pupil.objects.in_school(actor).filter(enrolments__year=before.year).distinct()
    grades = dict(grades_in(pupils, before.year))
    was, will = (_done(calendar, expected_ticks(records, calendar, grades), grades) for calendar in (before, after))
    return len(will - was), len(was - will)


def _done(
    calendar: YearCalendar, ticks: Mapping[TickKey, TickValue], grades: Mapping[int, int | None]
) -> set[tuple[int, ActionKind]]:
    found = set()
    for (pupil_id, period_id, action), value in ticks.items():
        rule = calendar.rules.owed(ActionKind(action), grades[pupil_id] or 0)
        shown = rule is not None and rule.required and calendar.period_of(rule).pk == period_id
        if rule is not None and shown and value.state == TickState.DONE:
            found.add((pupil_id, rule.action))
    return found


def _owing(before: PlanRules, after: PlanRules, sizes: Mapping[int, int]) -> list[str]:
    """Who owes more or less, as a sentence for each way, with all who are meant."""
    counts: dict[str, int] = {}
    for action in ActionKind:
        label = after.plan.letter_label if action == ActionKind.LETTER else action.label
        for grade_id, size in sizes.items():
            was, will = (_required(rules.owed(action, grade_id)) for rules in (before, after))
            if sentence := _more_or_less(label, was, will):
                counts[sentence] = counts.get(sentence, 0) + size
    return [f"{count} 名学生{sentence}" for sentence, count in counts.items()]


def _required(rule: OwedAction | None) -> OwedAction | None:
    return rule if rule is not None and rule.required else None


def _more_or_less(label: str, was: OwedAction | None, will: OwedAction | None) -> str:
    if was is None or will is None:
        if will is not None:
            return f"将多承担{label}，{often_words(will)}"
        return f"不再要求{label}" if was is not None else ""
    if was.period != will.period:
        return f"的{label}由{often_words(was)}改为{often_words(will)}"
    more = will.count - was.count
    return f"{will.period.label}将{'多' if more > 0 else '少'}承担 {abs(more)} 次{label}" if more else ""


def window_moves(before: YearCalendar, after: YearCalendar, names: Mapping[int, str]) -> list[WindowMove]:
    """The windows that move in the terms that are not over, for each group of grades that share old and new ones."""
    moves = []
    for was_term, term in zip(before.terms, after.terms, strict=True):
        if max(was_term.ends_on, term.ends_on) < after.today:
            continue
        for action in ActionKind:
            groups: dict[tuple[tuple[Window, ...], tuple[Window, ...]], list[int]] = {}
            for pk in names:
                was, will = _windows(before, action, pk, was_term), _windows(after, action, pk, term)
                groups.setdefault((was, will), []).append(pk)
            groups.pop(((), ()), None)
            for (was, will), pks in groups.items():
                if was != will:
                    who = grade_words(pks, names) if len(groups) > 1 else ""
                    moves.append(WindowMove(after.label(action), who, term, was, will))
    return moves


def _windows(calendar: YearCalendar, action: ActionKind, grade_id: int, term: Term) -> tuple[Window, ...]:
    rule = calendar.rules.owed(action, grade_id)
    return tuple(calendar.windows(rule, term)) if rule is not None else ()
