"""The only writer of what a school says of itself and which modules it uses."""

import datetime
from collections.abc import Collection

from django.db import transaction

from core.errors import DomainError
from core.text import clean_text, visible
from schools.contexts import AUDIT_MONTHS
from schools.days import beginning_days
from schools.enums import FirstWeeks, Module
from schools.models import School


@transaction.atomic
def describe_school(
    *, school: School, name: str, emergency_card: str, began_on: datetime.date | None, on: datetime.date
) -> list[str]:
    """Write the school's name, its emergency card 紧急联系卡, a line for each number, and since when it writes here.

    The columns that changed. Raises DomainError `name_missing`, `card_missing` (a page that says whom to call is never
    empty), `date_out_of_range`.
    """
    beginning_days(on).check(began_on)
    name = clean_text(name)
    lines = (clean_text(line) for line in visible(emergency_card).splitlines())
    card = "\n".join(line for line in lines if line)
    if not name:
        raise DomainError("name_missing", "请写校名。")
    if not card:
        raise DomainError("card_missing", "请写遇到紧急情况时打给谁，至少写一个电话。")
    row = School.objects.select_for_update().get(pk=school.pk)
    new = {"name": name, "emergency_card": card, "began_on": began_on}
    changed = [column for column, value in new.items() if getattr(row, column) != value]
    if changed:
        School.objects.filter(pk=school.pk).update(**new)
    school.name, school.emergency_card, school.began_on = name, card, began_on
    return changed


@transaction.atomic
def show_first_weeks(*, school: School, state: FirstWeeks) -> bool:
    """Write whether the way through the first weeks 第一周 is shown; whether that is new."""
    changed = School.objects.filter(pk=school.pk).exclude(first_weeks=state).update(first_weeks=state)
    school.first_weeks = state
    return bool(changed)


@transaction.atomic
def keep_audit_for(*, school: School, months: int) -> bool:
    """Write how many months the log is kept; whether that is new. Raises DomainError `months_out_of_range`."""
    fewest, most = AUDIT_MONTHS
    if not fewest <= months <= most:
        raise DomainError(
            "months_out_of_range",
            f"写的是 {months} 个月。使用记录至少保留 {fewest} 个月，最多 {most} 个月。",
        )
    changed = School.objects.filter(pk=school.pk).exclude(audit_months=months).update(audit_months=months)
    school.audit_months = months
    return bool(changed)


@transaction.atomic
def use_modules(*, school: School, modules: Collection[Module]) -> dict[str, list[str]]:
    """Write which modules the school uses; those switched `on` and `off` by it. What they hold stays as it is."""
    row = School.objects.select_for_update().get(pk=school.pk)
    former, wanted = set(row.modules), {one.value for one in modules}
    School.objects.filter(pk=school.pk).update(modules=[one for one in Module.values if one in wanted])
    school.modules = [one for one in Module.values if one in wanted]
    return {"on": sorted(wanted - former), "off": sorted(former - wanted)}
