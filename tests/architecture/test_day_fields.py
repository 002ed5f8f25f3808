"""No day is typed without bounds: every field of every form that takes one says which days can be meant."""

import importlib
import pkgutil

import pytest
from django import forms

from core.fields import DayField, MomentField
from tests.architecture.test_house_rules import APPS, modules

#: Every field that takes a day, of every form; a new one is bounded by `within` and written down here.
FIELDS = {
    "mentors.rounds.forms.settings.ProlongForm.closes_at",
    "mentors.rounds.forms.settings.RoundForm.closes_at",
    "mentors.rounds.forms.settings.RoundForm.opens_at",
    "mentors.staff.forms.care.CaseForm.starts_on",
    "mentors.staff.forms.care.StepForm.on",
    "mentors.staff.forms.care.TrainingForm.date",
    "mentors.staff.forms.manage.ActingForm.ends_on",
    "mentors.staff.forms.manage.ActingForm.starts_on",
    "mentors.staff.forms.manage.ManyRolesForm.starts_on",
    "mentors.staff.forms.manage.RoleForm.starts_on",
    "mentors.staff.forms.pupils.LeavingForm.left_on",
    "mentors.team.forms.MeetingForm.date",
    "mentors.team.forms.MeetingForm.follow_up_on",
    "records.announcing.forms.AnnouncementForm.ends_on",
    "records.announcing.forms.AnnouncementForm.starts_on",
    "records.care.forms.MeetForm.date",
    "records.desk.forms.records.NoteForm.date",
    "records.desk.forms.records.NoteForm.follow_up_on",
    "records.desk.forms.records.VisitEntryForm.moved_to",
    "records.desk.forms.visits.VisitPlanForm.date",
    "records.office.forms.plan.PlanForm.effective_from",
    # Its service takes no moment that is past, or further from now than `FURTHEST`.
    "records.letters.forms.ScheduleForm.day",
    "records.papers.forms.book_handling.MarkForm.on",
    "records.reminding.forms.PauseForm.ends_on",
    "records.reminding.forms.PauseForm.starts_on",
    "records.recognition.forms.awards.AwardRoundForm.until",
    "records.setup.forms.calendar.SpanForm.ends_on",
    "records.setup.forms.calendar.SpanForm.starts_on",
    "records.setup.forms.school.SchoolForm.began_on",
    "records.papers.forms.slips.SlipEndForm.ends_on",
}


def declared_days() -> set[str]:
    found = set()
    for app in APPS:
        for module in pkgutil.walk_packages(importlib.import_module(app).__path__, f"{app}."):
            if ".forms" in module.name:
                importlib.import_module(module.name)
    pending: list[type[forms.BaseForm]] = [forms.BaseForm]
    while pending:
        form = pending.pop()
        pending += form.__subclasses__()
        for name, field in getattr(form, "declared_fields", {}).items():
            inherited = any(name in getattr(base, "declared_fields", {}) for base in form.__mro__[1:])
            if isinstance(field, forms.DateField | forms.DateTimeField) and not inherited:
                found.add(f"{form.__module__}.{form.__qualname__}.{name}")
    return {name for name in found if name.split(".")[0] in APPS}


def test_every_field_that_takes_a_day_is_known_here() -> None:
    """A plan dated 2099 locked the plan for ever: no date of any form had bounds."""
    assert declared_days() == FIELDS


def test_no_form_makes_a_day_without_bounds() -> None:
    plain = {
        path
        for path, text in modules()
        if any(f"{word}(" in text for word in ("forms.DateField", "forms.DateTimeField", "SplitDateTimeField"))
    }
    assert plain == {"records/letters/forms.py"}


@pytest.mark.parametrize("field", [DayField, MomentField])
def test_a_field_without_bounds_cannot_be_made(field: type[forms.Field]) -> None:
    with pytest.raises(TypeError, match="within"):
        field()
