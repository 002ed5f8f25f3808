"""The plan that a bureau publishes: its rules by the numbers of grades, and its texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from records.bureau.models import CityPlan, CityPlanTaken
from records.office.queries.plan_words import often_words, windows_words
from records.setup.enums import DocumentPart
from schools.contexts import WindowRule
from schools.enums import ActionKind, Anchor, PeriodKind, Preset
from schools.models import Grade
from schools.presets import PRESETS
from schools.queries import OwedAction, PlanRules

KEPT = (
    "cap",
    "letter_label",
    "letter_tone",
    "note_visibility",
    "letter_blocking",
    "supporting_counts",
    "supporting_owes",
    "shared_counts_once",
)


@dataclass(frozen=True, slots=True)
class CityRule:
    """One rule of a city's plan in words."""

    label: str
    often: str
    when: str
    grades: str


def rules_of_school(rules: PlanRules, grades: Sequence[Grade]) -> dict[str, Any]:
    """The rules of a school's plan as a city's plan keeps them: by the numbers of grades."""
    numbers = {grade.pk: grade.number for grade in grades}
    return {
        **{name: getattr(rules.plan, name) for name in KEPT},
        "matching": {str(numbers[pk]): str(mode) for pk, mode in rules.matching.items()},
        "actions": [_stored(rule, [numbers[pk] for pk in rule.grade_ids if pk in numbers]) for rule in rules.actions],
    }


def rules_of_preset(preset: Preset) -> dict[str, Any]:
    """The rules of a plan that ships."""
    source = PRESETS[preset]
    return {
        "cap": source.cap,
        "letter_label": source.letter_label,
        "letter_tone": str(source.letter_tone),
        "matching": {str(number): str(mode) for number, mode in source.matching.items()},
        "actions": [_stored(rule, rule.grades) for rule in source.actions],
    }


def _stored(rule: Any, numbers: Sequence[int]) -> dict[str, Any]:
    return {
        "action": str(rule.action),
        "period": str(rule.period),
        "count": rule.count,
        "required": rule.required,
        "accepted": sorted(map(str, rule.accepted_outcomes)),
        "windows": [[str(one.anchor), one.opens_days, one.due_days] for one in rule.windows],
        "grades": sorted(numbers),
    }


def read_rule(stored: Mapping[str, Any], grade_ids: frozenset[int]) -> OwedAction:
    """A kept rule for the grades with these keys."""
    return OwedAction(
        action=ActionKind(stored["action"]),
        period=PeriodKind(stored["period"]),
        count=stored["count"],
        required=stored["required"],
        windows=tuple(WindowRule(Anchor(anchor), opens, due) for anchor, opens, due in stored["windows"]),
        accepted_outcomes=frozenset(stored["accepted"]),
        grade_ids=grade_ids,
    )


def rule_lines(rules: Mapping[str, Any]) -> list[CityRule]:
    """The rules in words, grades by their usual numbers."""
    found = []
    for stored in rules["actions"]:
        rule = read_rule(stored, frozenset())
        grades = "、".join(map(str, stored["grades"]))
        found.append(CityRule(rule.action.label, often_words(rule), windows_words(rule), grades))
    return found


def standing_plan(actor: Actor) -> CityPlan | None:
    """The city's plan that holds for the actor's bureau or school."""
    return CityPlan.objects.visible_to(actor).standing().first()


def own_takings(actor: Actor, plan: CityPlan) -> QuerySet[CityPlanTaken]:
    """What the actor's school has taken over of `plan`."""
    return CityPlanTaken._default_manager.filter(city_plan=plan, school_id=actor.school_id or 0)


def part_texts(plan: CityPlan) -> list[tuple[str, str]]:
    """The texts of the plan's document that were written, in the order of print."""
    return [(part.label, plan.parts[part]) for part in DocumentPart if plan.parts.get(part)]
