"""Plan versions read as values: `schools.queries.PlanRules`."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, Final, cast

from django.db import DEFAULT_DB_ALIAS
from django.db.models import F, QuerySet
from django.utils.functional import SimpleLazyObject

from core.kept import kept
from schools.contexts import WindowRule
from schools.enums import ActionKind, Anchor, MatchingMode, PeriodKind
from schools.models import Plan, PlanGrade
from schools.queries import OwedAction, PlanRules

_ACTION_COLUMNS: Final = ("pk", "action", "period", "count", "required", "accepted_outcomes")
_ORDER: Final = tuple(ActionKind)
_WINDOW_COLUMNS: Final = ("pk", "anchor", "opens_days", "due_days")


def read_plans(plans: QuerySet[Plan]) -> dict[int, tuple[PlanRules, ...]]:
    """The versions `plans` by the key of their year, with their rules and these with grades and windows. One query."""
    return _by_year(list(_with_actions(plans)))


def plans_of_year(year_id: int) -> tuple[PlanRules, ...]:
    """As `read_plans`, of all versions of one year that were not withdrawn."""
    return _by_year(_plans_of_year(year_id)).get(year_id, ())


@kept
def _plans_of_year(year_id: int) -> QuerySet[Plan, Any]:
    return _with_actions(Plan.objects.filter(withdrawn_at=None, year_id=year_id))


@kept
def _modes(plan_ids: list[int]) -> QuerySet[PlanGrade, tuple[int, int, str]]:
    return PlanGrade.objects.filter(plan__in=plan_ids).values_list("plan_id", "grade_id", "matching")


def _with_actions(plans: QuerySet[Plan]) -> QuerySet[Plan, Any]:
    """A row for each window and grade of each rule: the plan's own columns first."""
    columns = {f"owed_{name}": F(f"actions__{name}") for name in _ACTION_COLUMNS}
    columns |= {f"window_{name}": F(f"actions__windows__{name}") for name in _WINDOW_COLUMNS}
    columns["owed_grade"] = F("actions__grade_rows__grade_id")
    rows = plans.order_by("effective_from", "version", "actions__pk", "actions__windows__pk")
    return rows.annotate(**columns).values_list(*_plan_columns(), *columns, named=True)


def _plan_columns() -> list[str]:
    return [field.attname for field in Plan._meta.concrete_fields]


def _by_year(rows: Sequence[Any]) -> dict[int, tuple[PlanRules, ...]]:
    actions: dict[int, dict[int, Any]] = {}
    grades: dict[int, set[int]] = defaultdict(set)
    windows: dict[int, dict[int, WindowRule]] = defaultdict(dict)
    for row in rows:
        owed = actions.setdefault(row.id, {})
        if row.owed_pk is not None:
            owed.setdefault(row.owed_pk, row)
            grades[row.owed_pk].update(() if row.owed_grade is None else (row.owed_grade,))
            if row.window_pk is not None and row.window_pk not in windows[row.owed_pk]:
                rule = WindowRule(Anchor(row.window_anchor), row.window_opens_days, row.window_due_days)
                windows[row.owed_pk][row.window_pk] = rule

    def read_modes() -> dict[int, dict[int, MatchingMode]]:
        modes: dict[int, dict[int, MatchingMode]] = {pk: {} for pk in actions}
        for plan_id, grade_id, mode in _modes(list(actions)):
            modes[plan_id][grade_id] = MatchingMode(mode)
        return modes

    # The modes of matching, which few pages show, are read when they are asked for: of all versions at once.
    modes = cast(dict[int, dict[int, MatchingMode]], SimpleLazyObject(read_modes))
    found: dict[int, list[PlanRules]] = {}
    names = _plan_columns()
    for row in {row.id: row for row in reversed(rows)}.values():
        plan = Plan.from_db(DEFAULT_DB_ALIAS, names, row[: len(names)])
        matching = cast(dict[int, MatchingMode], SimpleLazyObject(partial(lambda pk: modes[pk], plan.pk)))
        rules = [_owed(row, windows[pk].values(), grades[pk]) for pk, row in actions[plan.pk].items()]
        # In the order of the record book, whatever was added to the plan last.
        rules.sort(key=lambda rule: _ORDER.index(rule.action))
        found.setdefault(plan.year_id, []).insert(0, PlanRules(plan, tuple(rules), matching))
    return {year_id: tuple(versions) for year_id, versions in found.items()}


def _owed(row: Any, windows: Iterable[WindowRule], grade_ids: Iterable[int]) -> OwedAction:
    return OwedAction(
        action=ActionKind(row.owed_action),
        period=PeriodKind(row.owed_period),
        count=row.owed_count,
        required=row.owed_required,
        windows=tuple(windows),
        accepted_outcomes=frozenset(row.owed_accepted_outcomes),
        grade_ids=frozenset(grade_ids),
    )
