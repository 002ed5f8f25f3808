"""The form of the year's roll-over: dates of the new terms, and what is carried on in each grade."""

from typing import Any

from django import forms

from core.fields import DayField
from mentors.year.services.draft import CarryOn, Draft
from mentors.year.services.rollover import RollOverChoices
from schools.days import opening_days
from schools.services import TermDates

_DATES = (
    ("first_start", "第一学期开学"),
    ("first_end", "第一学期结束"),
    ("second_start", "第二学期开学"),
    ("second_end", "第二学期结束"),
)
_LABELS = {
    CarryOn.PUPILS: "导师和学生都延续",
    CarryOn.TEAM: "只延续导师团，学生重新匹配",
    CarryOn.NOTHING: "全部重新安排",
}


class RollOverForm(forms.Form):
    """What `mentors.year.services.rollover.roll_over` is to do; `basis` ties it to the preview beside it."""

    basis = forms.CharField(widget=forms.HiddenInput)
    homerooms = forms.BooleanField(label="班主任随班升级", required=False, initial=True)

    def __init__(self, draft: Draft, dates: TermDates, *args: Any, **kwargs: Any) -> None:
        initial: dict[str, Any] = {name: getattr(dates, name) for name, _ in _DATES}
        kwargs.setdefault("initial", initial | {"basis": draft.basis})
        super().__init__(*args, **kwargs)
        self.days = opening_days(dates.first_start.year)
        for name, label in _DATES:
            self.fields[name] = DayField(label=label, within=lambda form: form.days)
        self._targets: dict[int, str] = {}
        for step in draft.steps:
            if step.target is not None and step.options:
                name = f"grade{step.target.number}"
                self._targets[step.target.pk] = name
                self.fields[name] = forms.ChoiceField(
                    label=f"{step.target.name}的导师",
                    choices=[(option.value, _LABELS[option]) for option in step.options],
                    initial=step.usual.value,
                    widget=forms.Select(attrs={"class": "form-select"}),
                )

    @property
    def date_fields(self) -> list[forms.BoundField]:
        """The four dates."""
        return [self[name] for name, _ in _DATES]

    def grade_field(self, grade_id: int) -> forms.BoundField | None:
        """The choice for the new grade with this key, if there is one."""
        name = self._targets.get(grade_id)
        return self[name] if name is not None else None

    def clean(self) -> dict[str, Any]:
        """The days follow each other."""
        data = super().clean() or {}
        if all(data.get(name) for name, _ in _DATES) and not self._dates(data).in_order:
            self.add_error("first_end", "两个学期的日期要依次往后，请检查。")
        return data

    def _dates(self, data: dict[str, Any]) -> TermDates:
        return TermDates(**{name: data[name] for name, _ in _DATES})

    def chosen(self) -> RollOverChoices:
        """A valid form as the service takes it."""
        return RollOverChoices(
            dates=self._dates(self.cleaned_data),
            grades={grade_id: CarryOn(self.cleaned_data[name]) for grade_id, name in self._targets.items()},
            homerooms=self.cleaned_data["homerooms"],
        )
