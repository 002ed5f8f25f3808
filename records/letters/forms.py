"""Forms of 德育室's letters: which to list, what it edits, why it returns one and when it releases."""

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone

from core.fields import ProseField, TaglessForm
from records.enums import LetterState
from records.letters.queries.office import ACCEPTED, MISSING, NOTED, ON_PAPER, SCHEDULED
from records.office.forms.office import KeysField, PlaceForm
from schools.calendar import YearCalendar
from schools.models import SchoolClass

STATE_LABELS = {
    MISSING: "未交",
    LetterState.HANDED_IN: "待校对",
    NOTED: "有提醒",
    ACCEPTED: "已校对",
    SCHEDULED: "定时",
    ON_PAPER: "纸上已发",
    LetterState.RETURNED: "退回",
    LetterState.RELEASED: "已发布",
}


class ProofForm(TaglessForm):
    """The text of a handed-in letter as 德育室 changes it."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    body = ProseField(label="正文", max_length=4000, rows=12)
    advice = ProseField(label="成长建议", max_length=1000, rows=4)

    def __init__(self, *args: Any, with_advice: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_advice:
            del self.fields["advice"]


class ScheduleForm(TaglessForm):
    """A day and an hour of release."""

    day = forms.DateField(
        label="发布日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请选择发布日期。", "invalid": "日期没有看懂，请重新选择。"},
    )
    time = forms.TimeField(
        label="时间",
        initial="17:00",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": "请选择发布时间。", "invalid": "时间没有看懂，请写成 17:00 这样。"},
    )

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].widget.attrs["min"] = today.isoformat()
        self.fields["day"].initial = today

    @property
    def moment(self) -> datetime.datetime:
        """Both together, in the schools' time zone."""
        return timezone.make_aware(datetime.datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"]))


class ReturnForm(TaglessForm):
    """Why a letter goes back to its mentor."""

    reason = forms.CharField(
        label="退回说明",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "例如：第二段写成了别的同学的名字，请核对。"}),
        help_text="导师会看到这段话。",
        error_messages={"required": "请写明退回的原因，方便导师修改。"},
    )


class LetterFilterForm(PlaceForm):
    """Which letters to list: of a place, of a mentor."""

    def __init__(
        self,
        *args: Any,
        calendar: YearCalendar,
        classes: list[SchoolClass],
        mentors: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, calendar=calendar, classes=classes, **kwargs)
        choices = [("", "全部导师"), *mentors]
        self.fields["mentor"] = forms.TypedChoiceField(
            label="导师", choices=choices, coerce=int, required=False, empty_value=None
        )

    @property
    def mentor_id(self) -> int | None:
        """The chosen mentor."""
        return self.cleaned_data.get("mentor") if self.is_valid() else None


class ReleaseForm(LetterFilterForm):
    """Which letters are meant: the ticked ones, or all of a place or a mentor that are handed in, or read as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"] = forms.ChoiceField(choices=[("selected", ""), ("accepted", ""), ("all", "")])
        self.fields["letters"] = KeysField(required=False)

    @property
    def takes_all(self) -> bool:
        """Whether all handed-in letters of the place are meant."""
        return bool(self.cleaned_data["scope"] == "all")

    @property
    def takes_ticked(self) -> bool:
        """Whether the ticked letters are meant."""
        return bool(self.cleaned_data["scope"] == "selected")

    @property
    def takes_accepted(self) -> bool:
        """Whether all letters of the place that were found good are meant."""
        return bool(self.cleaned_data["scope"] == "accepted")
