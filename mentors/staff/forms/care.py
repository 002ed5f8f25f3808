"""Forms about readiness, training, case meetings and hand-over notes."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from core.days import Days
from core.fields import EXPIRED, DayField, ProseField
from core.saving import ELSE, AskedForm
from core.text import clean_text, small_number
from mentors.enums import TrainingKind
from mentors.models.slots import Teacher
from mentors.staff.models import LEAST_HOURS, MOST_HOURS, ReadinessCase, TrainingSession
from mentors.staff.services.readiness import REASON_LENGTH
from mentors.staff.services.training import TrainingData


class _DayForm(AskedForm):
    """A form about one day, which lies within `days`."""

    def __init__(self, days: Days, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = days


class CaseForm(_DayForm):
    """Since when a teacher takes part in training first, and why."""

    field_of: ClassVar = {"date_out_of_range": "starts_on", "reason_too_long": "reason"}

    starts_on = DayField(label="从哪天起", within=lambda form: form.days)
    reason = ProseField(
        label="原因（可不填）",
        max_length=REASON_LENGTH,
        rows=3,
        required=False,
        help_text="只有德育室能看到，本人和其他老师都看不到。",
    )


class ReasonForm(forms.Form):
    """The private reason alone."""

    field_of: ClassVar = {ELSE: "reason"}

    reason = ProseField(
        label="原因（可不填）",
        max_length=REASON_LENGTH,
        rows=3,
        required=False,
        help_text="只有德育室能看到，本人和其他老师都看不到。",
    )

    @classmethod
    def initial_of(cls, case: ReadinessCase) -> dict[str, Any]:
        """What is stored."""
        return {"reason": case.reason}


class StepForm(_DayForm):
    """The day of a step: training begins, or the teacher is ready."""

    field_of: ClassVar = {ELSE: "on"}

    on = DayField(label="日期", within=lambda form: form.days)


class TrainingForm(_DayForm):
    """A training session."""

    field_of: ClassVar = {
        "date_out_of_range": "date",
        "attended": "date",
        "topic_missing": "topic",
        "kind_unknown": "kind",
        "hours_wrong": "hours",
    }

    date = DayField(label="日期", within=lambda form: form.days)
    topic = forms.CharField(
        label="主题",
        max_length=80,
        error_messages={"required": "请写一下培训的主题。"},
        widget=forms.TextInput(attrs={"placeholder": "如：怎样和学生谈心"}),
    )
    kind = forms.ChoiceField(label="形式（可不填）", choices=[("", "没有选"), *TrainingKind.choices], required=False)
    hours = forms.DecimalField(
        label="学时（可不填）",
        min_value=LEAST_HOURS,
        max_value=MOST_HOURS,
        step_size=LEAST_HOURS,
        required=False,
        help_text="以 0.5 为一档，会写在培训证明上。",
        error_messages={
            "invalid": "学时请填数字，如 2 或 1.5。",
            "min_value": "学时最少填 %(limit_value)s。",
            "max_value": "学时最多填 %(limit_value)s。",
            "step_size": "学时以 0.5 为一档，如 2 或 1.5。",
        },
    )
    speaker = forms.CharField(
        label="主讲人（可不填）",
        max_length=60,
        required=False,
        help_text="外请的专家可以写上单位。",
    )
    place = forms.CharField(label="地点（可不填）", max_length=60, required=False)

    @classmethod
    def initial_of(cls, session: TrainingSession) -> dict[str, Any]:
        """What is stored."""
        return {name: getattr(session, name) for name in ("date", "topic", "kind", "hours", "speaker", "place")}

    def is_what(self, stored: TrainingSession) -> bool:
        """The same topic on one day is the same session, whoever speaks and where."""
        data = self.training_data()
        return (data.date, data.topic) == (stored.date, stored.topic)

    def training_data(self) -> TrainingData:
        """A valid form as the services take it."""
        data = self.cleaned_data
        return TrainingData(
            data["date"],
            clean_text(data["topic"]),
            clean_text(data["speaker"]),
            clean_text(data["place"]),
            data["kind"],
            data["hours"],
        )


class AttendanceForm(forms.Form):
    """Ticks of who came; `shown` is what was ticked when the page was made, so that only changes are saved."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, teachers: Sequence[Teacher], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["came"] = forms.TypedMultipleChoiceField(
            label="参加的老师",
            coerce=int,
            required=False,
            choices=[(t.pk, t.name) for t in teachers],
            error_messages={"invalid_choice": EXPIRED},
        )

    def changes(self) -> tuple[set[int], set[int]]:
        """Keys of who was ticked on the page, and of whose tick was taken away."""
        shown = {key for part in self.cleaned_data["shown"].split(",") if (key := small_number(part)) is not None}
        ticked = set(self.cleaned_data["came"])
        return ticked - shown, shown - ticked
