"""How a school's papers look and speak, saved by 德育室 or an administrator; the letter's name goes into the plan."""

from dataclasses import dataclass, replace
from typing import Final

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.errors import DomainError
from core.glyphs import missing_glyphs
from core.text import clean_text
from records.office.services import change_plan, unchanged
from schools.contexts import PaperWords
from schools.models import School
from schools.paper_settings import PaperSettings
from schools.services import save_paper_settings as write_paper_settings

#: Printed 15 to 25 mm wide: more than any printer shows.
LOGO_SIDE: Final = 600
LABEL_LENGTH: Final = 20
ROLES: Final = (Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelChange:
    """What the plan shall call the letter, and what it was called when the person looked."""

    label: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperChange:
    """One save of the settings page. `logo` is an uploaded file, None keeps the one there is; so does `label` None."""

    words: PaperWords
    colour: str
    seen_version: int
    logo: bytes | None = None
    remove_logo: bool = False
    label: LabelChange | None = None


def save_paper_settings(*, actor: Actor, school: School, change: PaperChange) -> PaperSettings:
    """Save `change`, all of it or nothing; a changed label makes a new version of the plan, everything else as it was.

    The new version holds from today, or from the day of a later one that is already there. Raises DomainError
    `other_school`, `not_allowed`, `no_plan`, `label_unfit`, `label_stale` and those of `core.pictures.clean_logo`,
    `schools.services.save_paper_settings` and `change_plan`.
    """
    from core.pictures import clean_logo

    if school.pk != actor.school_id:
        raise DomainError("other_school", "只能修改本校的版面设置。")
    if not actor.has(*ROLES):
        raise DomainError("not_allowed", "版面设置由德育室或管理员修改。")
    # Before the transaction: reading a picture takes its time.
    logo = clean_logo(change.logo, max_side=LOGO_SIDE) if change.logo is not None else None
    row = None
    try:
        with transaction.atomic():
            # The plan first: two people who save at once meet at the school year's row before the school's.
            relabelled = change.label is not None and _relabel(actor, school, change.label)
            row = write_paper_settings(
                school=school,
                words=change.words,
                colour=change.colour,
                seen_version=change.seen_version,
                logo=logo,
                remove_logo=change.remove_logo,
            )
            audit(
                actor=actor,
                verb="save_paper_settings",
                target=row,
                detail={"version": row.version, "logo": bool(row.logo), "new_logo": bool(logo), "label": relabelled},
            )
    except BaseException:
        if row is not None and logo is not None:
            row.logo.storage.delete(row.logo.name or "")
        raise
    return row


def label_problem(label: str) -> str:
    """Why the letter cannot be called so, as a sentence; empty if it can."""
    label = clean_text(label)
    if not 1 <= len(label) <= LABEL_LENGTH:
        return f"名称请写 1 到 {LABEL_LENGTH} 个字。"
    unprintable = missing_glyphs(label)
    return f"“{unprintable[0]}”打印不出来，请换一个字。" if unprintable else ""


def _relabel(actor: Actor, school: School, change: LabelChange) -> bool:
    """Whether the label is changed. What the person left as it was does not undo a change made meanwhile."""
    label = clean_text(change.label)
    if label == change.seen:
        return False
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "寄语的名称写在方案里，请联系管理员修改。")
    problem = label_problem(label)
    if problem:
        raise DomainError("label_unfit", problem)
    year = actor.calendar.year
    versions = actor.calendar.of(year).versions if year is not None else ()
    if year is None or not versions:
        raise DomainError("no_plan", "本学年还没有方案。请先设置方案，再改寄语的名称。")
    newest = max(versions, key=lambda rules: rules.plan.version)
    plan = newest.plan
    if plan.letter_label == label:
        return False
    if plan.letter_label != change.seen:
        raise DomainError("label_stale", f"方案里的名称刚刚改成了“{plan.letter_label}”。请核对后再保存。")
    present = unchanged(newest, effective_from=max(actor.today, plan.effective_from))
    change_plan(actor=actor, year=year, seen_version=plan.version, change=replace(present, letter_label=label))
    return True
