"""The only writer of a city's plan; what a school's plan becomes with it, and its taking over."""

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.text import clean_text, visible
from notices.services import NoticeFor, send_notices
from records.announcing.queries.readers import readers_of
from records.bureau.enums import TakenPart
from records.bureau.models import CityPlan, CityPlanTaken
from records.bureau.queries.city_plan import KEPT, read_rule, rules_of_preset, rules_of_school, standing_plan
from records.bureau.queries.schools import schools_seen
from records.office.queries.plan_words import plan_changes
from records.office.services import PlanChange, as_rules, change_plan, unchanged
from records.setup.contexts import DocumentContent
from records.setup.enums import DocumentPart
from records.setup.queries.plan_document import content_of, newest_document
from records.setup.queries.plan_figures import PLACEHOLDERS
from records.setup.services.plan_document import PART_LENGTH, save_document
from records.setup.services.school import KEEPERS
from schools.calendar import SchoolCalendar, calendars_of
from schools.contexts import placeholder_problem, plain_braces
from schools.enums import MatchingMode, Preset
from schools.models import Bureau, Grade, Plan, School, SchoolYear
from schools.queries import PlanRules, grades_of

_CAPS: Final = range(1, 61)


@dataclass(frozen=True, slots=True)
class CityPlanData:
    """What a bureau types. `base` names whose rules it begins with: `preset-…`, `school-…`, or `same` (as before)."""

    title: str
    base: str
    cap: int
    intro: str = ""
    parts: Mapping[str, str] | None = None


def base_choices(actor: Actor) -> list[tuple[str, str]]:
    """Whose rules a city's plan can begin with: the former version's, those of plans that ship, of each school."""
    same = [("same", "沿用上一版的规则")] if standing_plan(actor) is not None else []
    presets = [(f"preset-{one.value}", one.label) for one in Preset if one != Preset.BLANK]
    return [*same, *presets, *((f"school-{one.pk}", f"{one.name}现行的方案") for one in schools_seen(actor))]


def _rules(actor: Actor, base: str) -> dict[str, Any]:
    kind, _, key = base.partition("-")
    if kind == "same" and (plan := standing_plan(actor)) is not None:
        return dict(plan.rules)
    if kind == "preset" and key in Preset and key != Preset.BLANK:
        return rules_of_preset(Preset(key))
    school = schools_seen(actor).filter(pk=int(key)).first() if kind == "school" and key.isdecimal() else None
    calendar = SchoolCalendar(school.pk, actor.today).present if school is not None else None
    if school is None or calendar is None:
        raise DomainError("base_unknown", "请选择以哪一份方案的规则为基础；所选学校要已经有方案。")
    return rules_of_school(calendar.rules, grades_of(school))


@transaction.atomic
def publish_city_plan(*, actor: Actor, data: CityPlanData) -> CityPlan:
    """Publish the next version of the bureau's plan; schools find it at once. The former versions stay.

    Raises DomainError `not_allowed`, `title_missing`, `cap_wrong`, `base_unknown`, `too_long`, `placeholder_unknown`.
    """
    if actor.bureau_id is None or not actor.has(Role.BUREAU):
        raise DomainError("not_allowed", "只有教育局可以发布全市方案。")
    title = clean_text(data.title)
    if not title:
        raise DomainError("title_missing", "请写方案名称。")
    if data.cap not in _CAPS:
        raise DomainError("cap_wrong", "每位导师的上限在 1 到 60 之间。")
    parts = {part.value: _prose((data.parts or {}).get(part.value, "")) for part in DocumentPart}
    for part in DocumentPart:
        if len(parts[part]) > PART_LENGTH:
            raise DomainError("too_long", f"{part.label}最多 {PART_LENGTH} 字，现在有 {len(parts[part])} 字。")
        if unknown := placeholder_problem(parts[part], PLACEHOLDERS, part.label):
            raise DomainError("placeholder_unknown", unknown)
    rules = _rules(actor, data.base) | {"cap": data.cap}
    # The bureau's row is the lock: versions are numbered one after the other.
    Bureau._default_manager.select_for_update(no_key=True).get(pk=actor.bureau_id)
    last = CityPlan.objects.filter(bureau_id=actor.bureau_id).order_by("-version").first()
    plan = CityPlan.objects.create(
        bureau_id=actor.bureau_id,
        version=last.version + 1 if last is not None else 1,
        title=title,
        intro=_prose(data.intro),
        rules=rules,
        parts=parts,
        published_by_id=actor.user_id,
        published_at=now(),
    )
    audit(actor=actor, verb="publish_city_plan", target=plan, detail={"version": plan.version})
    _tell_schools(plan)
    return plan


def _tell_schools(plan: CityPlan) -> None:
    title = f"教育局发布了全市方案“{plan.title}”" + (f"第 {plan.version} 版" if plan.version > 1 else "")
    people = readers_of(School.objects.filter(bureau=plan.bureau_id))
    link = reverse("city:plan")
    send_notices(
        school=None,
        kind="city_plan",
        wanted=[NoticeFor(user, title, f"city_plan:{plan.pk}", link=link) for user in people],
    )


def _prose(text: str) -> str:
    lines = (clean_text(line) for line in visible(plain_braces(text)).splitlines())
    return "\n".join(line for line in lines if line)


@transaction.atomic
def withdraw_city_plan(*, actor: Actor, plan: CityPlan) -> None:
    """Take a version back: schools no longer find it; what they took over stays theirs. Twice is once.

    Raises DomainError `not_allowed`.
    """
    if actor.bureau_id != plan.bureau_id or not actor.has(Role.BUREAU):
        raise DomainError("not_allowed", "只有发布它的教育局可以撤回。")
    if CityPlan.objects.filter(pk=plan.pk, withdrawn_at=None).update(withdrawn_at=now()):
        audit(actor=actor, verb="withdraw_city_plan", target=plan, detail={"version": plan.version})


def change_for(
    plan: CityPlan, seen: PlanRules, grades: Sequence[Grade], *, effective_from: datetime.date
) -> PlanChange:
    """What a school's plan becomes with the city's rules; grades that the city does not speak of keep their own."""
    rules = plan.rules
    spoken = {int(number) for number in rules["matching"]} | {n for one in rules["actions"] for n in one["grades"]}
    kept = frozenset(grade.pk for grade in grades if grade.number not in spoken)
    matching = {pk: mode for pk, mode in seen.matching.items() if pk in kept}
    for grade in grades:
        if str(grade.number) in rules["matching"]:
            matching[grade.pk] = MatchingMode(rules["matching"][str(grade.number)])
    actions = [replace(rule, grade_ids=rule.grade_ids & kept) for rule in seen.actions if rule.grade_ids & kept]
    for stored in rules["actions"]:
        own = frozenset(grade.pk for grade in grades if grade.number in stored["grades"])
        if own:
            actions.append(read_rule(stored, own))
    given = {name: rules[name] for name in KEPT if name in rules}
    if "letter_blocking" in given:
        given["letter_blocking"] = tuple(given["letter_blocking"])
    change = unchanged(seen, effective_from=effective_from)
    return replace(change, matching=matching, actions=tuple(actions), **given)


def differences(plan: CityPlan, seen: PlanRules, year: SchoolYear, grades: Sequence[Grade]) -> list[str]:
    """What the city's rules would change in a school's plan, one sentence each; nothing where they are the same."""
    change = change_for(plan, seen, grades, effective_from=seen.plan.effective_from)
    return plan_changes(seen, as_rules(seen, year, change), {grade.pk: grade.name for grade in grades})


@dataclass(frozen=True, slots=True)
class SchoolTaking:
    """What a school has made of the city's plan. `differs` is None while it has no plan of its own."""

    school: School
    taken: Mapping[str, datetime.datetime]
    differs: list[str] | None

    @property
    def rules_on(self) -> datetime.datetime | None:
        """When it took over the rules."""
        return self.taken.get(TakenPart.RULES)

    @property
    def texts_on(self) -> datetime.datetime | None:
        """When it took over the texts."""
        return self.taken.get(TakenPart.TEXTS)


def takings(actor: Actor, plan: CityPlan) -> list[SchoolTaking]:
    """The bureau's schools by name, with what each has made of `plan`. Six queries whatever their number."""
    schools = list(schools_seen(actor))
    taken: dict[int, dict[str, datetime.datetime]] = defaultdict(dict)
    for row in CityPlanTaken._default_manager.filter(city_plan=plan):
        taken[row.school_id][row.what] = row.taken_at
    grades: dict[int, list[Grade]] = defaultdict(list)
    for grade in Grade._default_manager.filter(school__in=schools).order_by("number"):
        grades[grade.school_id].append(grade)
    calendars = calendars_of(schools, actor.today)
    found = []
    for school in schools:
        calendar = calendars.get(school.pk)
        differs = None
        if calendar is not None and calendar.is_set_up:
            differs = differences(plan, calendar.rules, calendar.year, grades[school.pk])
        found.append(SchoolTaking(school, taken[school.pk], differs))
    return found


def own_differences(actor: Actor, plan: CityPlan) -> list[str]:
    """What the city's rules would change in the plan of the actor's school. Raises DomainError `not_set_up`."""
    calendar = actor.calendar.now
    return differences(plan, _newest(calendar.versions), calendar.year, grades_of(calendar.year.school))


def _newest(versions: Sequence[PlanRules]) -> PlanRules:
    return max(versions, key=lambda rules: rules.plan.version)


@transaction.atomic
def take_rules(*, actor: Actor, plan: CityPlan) -> Plan:
    """The city's rules become the next version of the school's plan, from today; it adapts them as any plan.

    Raises DomainError `not_allowed`, `not_standing`, `not_set_up`, `nothing_new`, and as
    `records.office.services.change_plan`.
    """
    _check(actor, plan)
    calendar = actor.calendar.now
    newest, grades = _newest(calendar.versions), grades_of(calendar.year.school)
    if not differences(plan, newest, calendar.year, grades):
        raise DomainError("nothing_new", "本校的方案和全市方案的规则相同，不用再采用。")
    change = change_for(plan, newest, grades, effective_from=max(actor.today, newest.plan.effective_from))
    made = change_plan(actor=actor, year=calendar.year, seen_version=newest.plan.version, change=change)
    _note(actor, plan, TakenPart.RULES)
    return made


@transaction.atomic
def take_texts(*, actor: Actor, plan: CityPlan) -> None:
    """The city's texts become the next version of the school's document; the leading group stays.

    Raises DomainError `not_allowed`, `not_standing`, `nothing_new`, and as `save_document`.
    """
    _check(actor, plan)
    school = actor.calendar.now.year.school
    newest = newest_document(school)
    own = content_of(newest) if newest is not None else DocumentContent(parts={}, members=())
    parts = {part: plan.parts.get(part) or own.parts.get(part, "") for part in DocumentPart}
    if not any(plan.parts.values()) or parts == {part: own.parts.get(part, "") for part in DocumentPart}:
        raise DomainError("nothing_new", "全市方案没有本校还没有的正文。")
    save_document(
        actor=actor,
        school=school,
        seen_version=newest.version if newest is not None else 0,
        content=DocumentContent(parts=parts, members=own.members),
    )
    _note(actor, plan, TakenPart.TEXTS)


def _check(actor: Actor, plan: CityPlan) -> None:
    if not actor.has(*KEEPERS):
        raise DomainError("not_allowed", "只有德育室和管理员可以采用全市方案。")
    if not CityPlan.objects.visible_to(actor).standing().filter(pk=plan.pk).exists() or actor.school_id is None:
        raise DomainError("not_standing", "这一版全市方案已经撤回，请刷新页面看现在的一版。")


def _note(actor: Actor, plan: CityPlan, what: TakenPart) -> None:
    CityPlanTaken._default_manager.update_or_create(
        city_plan=plan,
        school_id=actor.school_id or 0,
        what=what,
        defaults={"taken_by_id": actor.user_id, "taken_at": now()},
    )
    audit(actor=actor, verb=f"take_city_{what}", target=plan)
