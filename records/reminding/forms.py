"""Forms about reminders: the school's rules, pauses, and an own sentence."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, cast

from django import forms
from django.http import QueryDict

from accounts.models import User
from core.days import Days
from core.fields import DayField, ProseField
from core.saving import ELSE
from core.text import small_number
from jobs.lists import picked_keys
from records.office.forms.office import PupilFilterForm
from records.reminding.contexts import ACTIONS, ActionRule, ReminderRules
from records.reminding.models import MOST_DAYS_BEFORE
from records.reminding.queries.nudge import OpenList
from records.reminding.services.nudging import WORDS_LENGTH
from records.reminding.services.rules import REASON_LENGTH
from schools.enums import ActionKind

_TICKS: Final = (
    ("is_on", "提醒"),
    ("first_day", "开始的第一天"),
    ("when_over", "过期以后每周一次"),
    ("to_mentors", "导师"),
    ("to_homeroom", "班主任（本班的情况）"),
    ("to_office", "德育室（全校的情况）"),
)


class RulesForm(forms.Form):
    """When and whom the school reminds: for each action, and the days for all."""

    school_days_only = forms.BooleanField(label="只在上学日提醒，节假日和周末的顺延", required=False)

    def __init__(self, *args: Any, labels: Mapping[ActionKind, str], rules: ReminderRules, **kwargs: Any) -> None:
        self.labels = labels
        kwargs["initial"] = {"school_days_only": rules.school_days_only} | {
            name: value for action in ACTIONS for name, value in _initial(action, rules.of(action)).items()
        }
        super().__init__(*args, **kwargs)
        for action in ACTIONS:
            for name, label in _TICKS:
                self.fields[f"{action}_{name}"] = forms.BooleanField(label=label, required=False)
            for name, label in (("early", "结束前几天提醒一次"), ("late", "结束前几天再提醒一次")):
                self.fields[f"{action}_{name}"] = forms.IntegerField(
                    label=label,
                    required=False,
                    min_value=0,
                    max_value=MOST_DAYS_BEFORE,
                    widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
                    error_messages={
                        "invalid": "请填一个数，不提醒就空着。",
                        "min_value": "请填 0 或更大的数。",
                        "max_value": f"最多填 {MOST_DAYS_BEFORE} 天。",
                    },
                )

    def parts(self) -> Iterator[dict[str, Any]]:
        """The fields of each action, for the page."""
        for action in ACTIONS:
            named = {name: self[f"{action}_{name}"] for name in (*(n for n, _ in _TICKS), "early", "late")}
            yield {"action": action, "label": self.labels[action], **named}

    def clean(self) -> dict[str, Any]:
        """The refusals of the service, said at the field of the action they are about."""
        typed = super().clean() or self.cleaned_data
        for action in ACTIONS:
            early, late = (typed.get(f"{action}_{name}") for name in ("early", "late"))
            if early is not None and late is not None and early <= late:
                self.add_error(f"{action}_late", f"第二次要比第一次晚，请填比 {early} 小的数。")
            told = [typed.get(f"{action}_{name}") for name in ("to_mentors", "to_homeroom", "to_office")]
            if typed.get(f"{action}_is_on") and not any(told):
                self.add_error(f"{action}_to_mentors", "请至少选择提醒一类人；都不提醒，请关掉这一项。")
        return typed

    def rules(self) -> dict[ActionKind, ActionRule]:
        """What was typed, of a valid form."""
        found = {}
        for action in ACTIONS:
            typed = {name: self.cleaned_data[f"{action}_{name}"] for name, _ in _TICKS}
            points = (self.cleaned_data[f"{action}_{name}"] for name in ("early", "late"))
            found[action] = ActionRule(days_before=tuple(days for days in points if days is not None), **typed)
        return found


def _initial(action: ActionKind, rule: ActionRule) -> dict[str, Any]:
    early, late = (*rule.days_before, None, None)[:2]
    ticks = {f"{action}_{name}": getattr(rule, name) for name, _ in _TICKS}
    return ticks | {f"{action}_early": early, f"{action}_late": late}


class PauseForm(forms.Form):
    """Who is told nothing from one day to another: everybody, or one person."""

    field_of: ClassVar = {
        "ends_before": "ends_on",
        "date_out_of_range": "ends_on",
        "reason_too_long": "reason",
        ELSE: "user",
    }

    user = forms.TypedChoiceField(label="不提醒谁", coerce=int, empty_value=None, required=False)
    starts_on = DayField(label="从哪天", within=lambda form: form.days)
    ends_on = DayField(label="到哪天（含）", within=lambda form: form.days)
    reason = forms.CharField(
        label="原因（可不填）",
        max_length=REASON_LENGTH,
        required=False,
        help_text="只有德育室看得到，如“产假”“外出培训”。",
    )

    def __init__(self, people: Sequence[User], days: Days, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"starts_on": days.first})
        super().__init__(*args, **kwargs)
        self.days = days
        self.people = {user.pk: user for user in people}
        self.fields["user"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", "全校，所有人"),
            *((user.pk, f"{user.name}（{user.username}）") for user in people),
        ]

    @property
    def chosen(self) -> User | None:
        """The person, None for everybody."""
        key = self.cleaned_data["user"]
        return self.people[key] if key is not None else None


class NudgeForm(PupilFilterForm):
    """A list as its page filtered it, and an own sentence for those who are reminded."""

    field_of: ClassVar = {"words_too_long": "message"}

    mentor = forms.CharField(required=False)
    message = ProseField(
        label="想说的话（可不填）",
        max_length=WORDS_LENGTH,
        rows=3,
        help_text="写在站内信里。邮件和群里的消息只说有几条待办，不带这句话。",
    )

    @property
    def wanted(self) -> OpenList:
        """The list, of a valid form."""
        keys = picked_keys(cast("QueryDict", self.data))
        return OpenList(
            show=self.show,
            grade_id=self.grade_id,
            class_id=self.class_id,
            mentor_id=small_number(self.cleaned_data["mentor"]),
            pupil_ids=None if keys is None else tuple(keys),
        )


class SentFilterForm(forms.Form):
    """Whose messages of a day to show."""

    name = forms.CharField(label="姓名", max_length=30, required=False)
    unread = forms.BooleanField(label="只看没有打开的", required=False)
