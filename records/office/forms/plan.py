"""The form of a new plan version. Grades and actions are those of the version in force, so its fields are made here."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django import forms
from django.forms import BoundField

from core.fields import DayField
from records.office.services import PlanChange
from schools.contexts import WindowRule
from schools.days import plan_days
from schools.enums import ActionKind, LetterTone, MatchingMode, NoteVisibility, PeriodKind, VisitOutcome
from schools.models import Grade, SchoolYear
from schools.queries import OwedAction, PlanRules


@dataclass(frozen=True, slots=True)
class ActionRow:
    """The fields of one action in the form's table."""

    action: OwedAction
    label: str
    period: BoundField
    count: BoundField
    before: BoundField | None
    after: BoundField | None

    @property
    def errors(self) -> list[str]:
        """All errors of the row."""
        fields = (self.period, self.count, self.before, self.after)
        return [str(error) for field in fields if field is not None for error in field.errors]


class PlanForm(forms.Form):
    """Everything of a plan that a school decides itself. `version` is the version that was edited."""

    field_of: ClassVar = {"date_out_of_range": "effective_from", "load_above_cap": "cap"}

    version = forms.IntegerField(widget=forms.HiddenInput)
    effective_from = DayField(
        label="生效日期", help_text="从这一天起按新版执行，之前的日子仍按旧版。", within=lambda form: form.days
    )
    title = forms.CharField(label="方案名称", max_length=80, error_messages={"required": "请填写方案名称。"})
    cap = forms.IntegerField(
        label="每位导师的学生数上限",
        min_value=1,
        max_value=60,
        help_text="原则上不超过 15 名。个别导师确需超过时，由德育室批准。",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "请填写上限。",
            "min_value": "上限在 1 到 60 之间。",
            "max_value": "上限在 1 到 60 之间。",
        },
    )
    shared_counts_once = forms.BooleanField(
        label="两位教师共用的名额合计按一位计上限",
        required=False,
        help_text="不勾选：两位教师共用一个名额时，上限按两位合计（如 15＋15）。勾选：两位合计只按一位计（共 15 名）。",
    )
    supporting_counts = forms.BooleanField(
        label="辅助导师计入上限",
        required=False,
        help_text="有特殊需要的学生可以再配辅助导师。勾选后，辅助指导的学生也占这位导师的一个名额。",
    )
    supporting_owes = forms.BooleanField(
        label="辅助导师也承担规定动作",
        required=False,
        help_text="不勾选：家访、谈心和书面反馈只要求主要的那位导师。勾选：辅助指导的学生也列入辅助导师的待办。",
    )
    letter_label = forms.CharField(
        label="书面反馈的名称", max_length=20, error_messages={"required": "请填写书面反馈的名称。"}
    )
    letter_tone = forms.ChoiceField(label="书面反馈的导向", choices=LetterTone.choices)
    note_visibility = forms.ChoiceField(
        label="记录默认可见范围",
        choices=NoteVisibility.choices,
        help_text="写记录时可以逐条改。",
    )
    accepted_outcomes = forms.MultipleChoiceField(
        label="哪些家访结果视为完成",
        choices=VisitOutcome.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少勾选一种结果。"},
    )

    def __init__(
        self,
        rules: PlanRules,
        grades: Sequence[Grade],
        year: SchoolYear,
        today: datetime.date,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        plan = rules.plan
        visit = next(iter(rules.of(ActionKind.VISIT)), None)
        kwargs["initial"] = {
            "version": plan.version,
            "effective_from": max(today, plan.effective_from),
            "title": plan.title,
            "cap": plan.cap,
            "shared_counts_once": plan.shared_counts_once,
            "supporting_counts": plan.supporting_counts,
            "supporting_owes": plan.supporting_owes,
            "letter_label": plan.letter_label,
            "letter_tone": plan.letter_tone,
            "note_visibility": plan.note_visibility,
            "accepted_outcomes": sorted(visit.accepted_outcomes) if visit else [],
        }
        super().__init__(*args, **kwargs)
        self.rules, self.grades = rules, grades
        self.days = plan_days(year, plan.effective_from)
        if visit is None:
            del self.fields["accepted_outcomes"]
        for grade in grades:
            self.fields[f"grade_{grade.pk}"] = forms.ChoiceField(
                label=grade.name,
                choices=[("", "不在方案内"), *MatchingMode.choices],
                required=False,
                initial=rules.matching.get(grade.pk, ""),
            )
        for action in rules.actions:
            self._add_action(action)

    def _add_action(self, action: OwedAction) -> None:
        label = action.action.label
        self.fields[f"period_{action.action}"] = forms.ChoiceField(
            choices=PeriodKind.choices,
            initial=action.period,
            widget=forms.Select(attrs={"class": "form-select", "aria-label": f"{label}：周期"}),
        )
        self.fields[f"count_{action.action}"] = _number(f"{label}：次数", action.count, 1, 20)
        if not action.any_day:
            window = action.windows[0]
            anchor = window.anchor.label
            self.fields[f"before_{action.action}"] = _number(
                f"{label}：{anchor}前几天开始", -window.opens_days, -180, 180
            )
            self.fields[f"after_{action.action}"] = _number(f"{label}：{anchor}后几天截止", window.due_days, -180, 180)

    def grade_fields(self) -> list[BoundField]:
        """The matching mode of each grade."""
        return [self[f"grade_{grade.pk}"] for grade in self.grades]

    def action_rows(self) -> Iterator[ActionRow]:
        """The table of the actions."""
        for action in self.rules.actions:
            windowed = f"before_{action.action}" in self.fields
            yield ActionRow(
                action,
                action.action.label,
                self[f"period_{action.action}"],
                self[f"count_{action.action}"],
                self[f"before_{action.action}"] if windowed else None,
                self[f"after_{action.action}"] if windowed else None,
            )

    def clean(self) -> dict[str, Any]:
        """At least one grade, and windows that end after they begin."""
        data = super().clean() or {}
        if not any(data.get(f"grade_{grade.pk}") for grade in self.grades):
            self.add_error(None, "请至少为一个年级选择匹配方式。")
        for action in self.rules.actions:
            before, after = data.get(f"before_{action.action}"), data.get(f"after_{action.action}")
            if before is not None and after is not None and -before > after:
                self.add_error(f"after_{action.action}", f"{action.action.label}的截止时间早于开始时间，请调整天数。")
        return data

    def change(self) -> PlanChange:
        """The plan that a valid form describes."""
        data = self.cleaned_data
        matching = {
            grade.pk: MatchingMode(data[f"grade_{grade.pk}"]) for grade in self.grades if data[f"grade_{grade.pk}"]
        }
        return PlanChange(
            effective_from=data["effective_from"],
            title=data["title"].strip(),
            cap=data["cap"],
            letter_label=data["letter_label"].strip(),
            letter_tone=data["letter_tone"],
            note_visibility=data["note_visibility"],
            matching=matching,
            actions=tuple(self._changed(action, matching) for action in self.rules.actions),
            letter_blocking=tuple(self.rules.plan.letter_blocking),
            supporting_counts=data["supporting_counts"],
            supporting_owes=data["supporting_owes"],
            shared_counts_once=data["shared_counts_once"],
        )

    def _changed(self, action: OwedAction, matching: dict[int, MatchingMode]) -> OwedAction:
        data, kind = self.cleaned_data, action.action
        windows = action.windows
        if f"before_{kind}" in data:
            first = WindowRule(windows[0].anchor, -data[f"before_{kind}"], data[f"after_{kind}"])
            windows = (first, *windows[1:])
        outcomes = data["accepted_outcomes"] if kind == ActionKind.VISIT else action.accepted_outcomes
        return replace(
            action,
            period=PeriodKind(data[f"period_{kind}"]),
            count=data[f"count_{kind}"],
            windows=windows,
            accepted_outcomes=frozenset(outcomes),
            grade_ids=frozenset(matching) if action.required else action.grade_ids,
        )


def _number(label: str, initial: int, low: int, high: int) -> forms.IntegerField:
    message = f"{label}：请填写 {low} 到 {high} 之间的整数。"
    return forms.IntegerField(
        initial=initial,
        min_value=low,
        max_value=high,
        widget=forms.NumberInput(
            attrs={"class": "form-control", "aria-label": label, "inputmode": "numeric" if low >= 0 else "text"}
        ),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), message),
    )
