"""The form of a new plan version. Grades and actions are those of the version in force, so its fields are made here."""

import datetime
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BoundField

from core.errors import DomainError
from core.fields import DayField
from core.saving import refuse
from records.office.forms.plan_rules import RuleForm, rule_forms
from records.office.services import PlanChange, check_newest, unchanged
from schools.days import plan_days
from schools.enums import Check, LetterTone, MatchingMode, NoteVisibility
from schools.models import Grade, SchoolYear
from schools.queries import OwedAction, PlanRules
from schools.services import check_rules


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
    letter_blocking = forms.MultipleChoiceField(
        label="交稿前必须处理的提醒",
        choices=Check.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="写寄语时会提醒这些地方。勾选的，不处理就不能交稿；不勾选的只是提醒。",
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
            "letter_blocking": list(plan.letter_blocking),
        }
        super().__init__(*args, **kwargs)
        self.rules, self.grades = rules, grades
        self.days = plan_days(year, plan.effective_from)
        for grade in grades:
            self.fields[f"grade_{grade.pk}"] = forms.ChoiceField(
                label=grade.name,
                choices=[("", "不在方案内"), *MatchingMode.choices],
                required=False,
                initial=rules.matching.get(grade.pk, ""),
            )
        self.rule_forms = rule_forms(rules.actions, grades, self.data if self.is_bound else None)

    def grade_fields(self) -> list[BoundField]:
        """The matching mode of each grade."""
        return [self[f"grade_{grade.pk}"] for grade in self.grades]

    @property
    def parts(self) -> list[forms.Form]:
        """The forms of rules and windows, for a page that tells what is wrong in them."""
        if self.has_error(NON_FIELD_ERRORS, "stale"):
            return []
        return [part for form in self.rule_forms for part in (form, *form.window_forms)]

    def clean(self) -> dict[str, Any]:
        """At least one grade, and rules that do not contradict each other: what is wrong stands at the rule."""
        data = super().clean() or {}
        try:
            check_newest(self.rules.plan.version, data.get("version", 0))
        except DomainError as refusal:
            # Its rules are others than those that were typed over: that alone is said.
            refuse(self, refusal)
            return data
        if not self._matching(data):
            self.add_error(None, "请至少为一个年级选择匹配方式。")
        # All of them, so that each says what is wrong.
        wrong = [form for form in self.rule_forms if not form.is_valid()]
        checked: list[OwedAction] = []
        for form in () if wrong else self.rule_forms:
            rule = self._followed(form, data)
            if rule is None:
                continue
            checked.append(rule)
            try:
                check_rules(checked, covered=self._matching(data), grades=self.grades)
            except DomainError as refusal:
                refuse(form, refusal)
                checked.pop()
                wrong.append(form)
        if wrong:
            self.add_error(None, "“导师要做的事”里有地方要改，已经标在下面。")
        self._rules = tuple(checked)
        return data

    def _matching(self, data: dict[str, Any]) -> dict[int, MatchingMode]:
        modes = ((grade.pk, data.get(f"grade_{grade.pk}")) for grade in self.grades)
        return {pk: MatchingMode(mode) for pk, mode in modes if mode}

    def _followed(self, form: RuleForm, data: dict[str, Any]) -> OwedAction | None:
        """The rule without the grades that this very change takes out of the plan; None if none are left or it is gone.

        Whoever takes a grade out need not untick it in every action as well.
        """
        rule = form.rule
        if rule is None or not rule.required:
            return rule
        left = self.rules.matching.keys() - self._matching(data).keys()
        grade_ids = rule.grade_ids - left
        return replace(rule, grade_ids=grade_ids) if grade_ids or not rule.grade_ids else None

    @property
    def makes_no_change(self) -> bool:
        """Whether a valid form says what the plan says already; a day alone on which that takes effect is none."""
        change = self.change()
        return change == unchanged(self.rules, effective_from=change.effective_from)

    def change(self) -> PlanChange:
        """The plan that a valid form describes."""
        data = self.cleaned_data
        return PlanChange(
            effective_from=data["effective_from"],
            title=data["title"].strip(),
            cap=data["cap"],
            letter_label=data["letter_label"].strip(),
            letter_tone=data["letter_tone"],
            note_visibility=data["note_visibility"],
            matching=self._matching(data),
            actions=self._rules,
            letter_blocking=tuple(check.value for check in Check if check in data["letter_blocking"]),
            supporting_counts=data["supporting_counts"],
            supporting_owes=data["supporting_owes"],
            shared_counts_once=data["shared_counts_once"],
        )
