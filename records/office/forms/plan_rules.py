"""The rules of a plan as a teacher says them: what, for which grades, how often, 开学前 3 周 到 开学后 2 周.

No script is needed: empty windows and empty rules stand ready, folded, and whatever is left empty is not there.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Final

from crispy_forms.bootstrap import InlineCheckboxes, InlineRadios
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.db import models
from django.forms import BoundField

from core.fields import TaglessForm
from records.office.queries.plan_words import grade_words, often_words, windows_words
from schools.contexts import WindowRule
from schools.enums import ActionKind, Anchor, PeriodKind, VisitOutcome
from schools.models import Grade
from schools.queries import OwedAction
from schools.services import FARTHEST, MOST_TIMES

#: How many windows, and how many rules, can be added at a time.
SPARE_WINDOWS: Final = 2
SPARE_RULES: Final = 2


class Side(models.TextChoices):
    """On which side of an anchor a window's edge lies."""

    BEFORE = "before", "前"
    AFTER = "after", "后"
    ON = "on", "当天"


class Unit(models.TextChoices):
    """What the distance is counted in."""

    WEEKS = "weeks", "周"
    DAYS = "days", "天"


DAYS_OF: Final = {Unit.WEEKS: 7, Unit.DAYS: 1}
_ANCHORS: Final = [
    *((anchor.value, anchor.label) for anchor in (Anchor.TERM_START, Anchor.EXAMS, Anchor.TERM_END)),
    (Anchor.YEAR.value, "整个学期或学年"),
]
_OPTIONAL: Final = [("required", "规定动作"), ("optional", "自选动作")]


def edge_of(days: int) -> dict[str, Any]:
    """An edge of a window, so many days from its anchor, as it is typed: side, number, unit."""
    if not days:
        return {"side": Side.ON, "number": None, "unit": Unit.WEEKS}
    unit = Unit.DAYS if days % DAYS_OF[Unit.WEEKS] else Unit.WEEKS
    return {"side": Side.BEFORE if days < 0 else Side.AFTER, "number": abs(days) // DAYS_OF[unit], "unit": unit}


class WindowForm(forms.Form):
    """One window of a rule. Without an anchor there is none."""

    anchor = forms.ChoiceField(label="节点", choices=[("", "不要这个时间"), *_ANCHORS], required=False)

    def __init__(self, window: WindowRule | None, label: str, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"anchor": window.anchor if window is not None else ""}
        whole = window is None or window.anchor == Anchor.YEAR
        for edge, days in (("from", window.opens_days if window else 0), ("to", window.due_days if window else 0)):
            # What is folded away begins with the most usual: two weeks before to two weeks after.
            usual = {"side": Side.BEFORE if edge == "from" else Side.AFTER, "number": 2, "unit": Unit.WEEKS}
            initial |= {f"{edge}_{name}": value for name, value in (usual if whole else edge_of(days)).items()}
        super().__init__(initial=initial, **kwargs)
        self.is_spare = window is None
        self.fields["anchor"].widget.attrs |= {"class": "form-select", "aria-label": f"{label}：节点"}
        for edge, words in (("from", "从"), ("to", "到")):
            self.fields[f"{edge}_side"] = _select(f"{label}：{words}节点的前面还是后面", Side.choices)
            self.fields[f"{edge}_number"] = _number(f"{label}：{words}几周或几天", FARTHEST, required=False)
            self.fields[f"{edge}_unit"] = _select(f"{label}：{words}，单位", Unit.choices)

    @property
    def edges(self) -> list[tuple[str, BoundField, BoundField, BoundField]]:
        """The two edges with the word before each."""
        return [
            (words, self[f"{edge}_side"], self[f"{edge}_number"], self[f"{edge}_unit"])
            for edge, words in (("from", ""), ("to", "到"))
        ]

    def clean(self) -> dict[str, Any]:
        """A number for each edge that is not the anchor's own day."""
        data = super().clean() or {}
        if data.get("anchor") in ("", Anchor.YEAR):
            # What stands in the folded fields is not asked for.
            self.errors.clear()
            return data
        for edge in ("from", "to"):
            number, side = data.get(f"{edge}_number"), data.get(f"{edge}_side")
            if side in (Side.BEFORE, Side.AFTER) and number is None and f"{edge}_number" not in self.errors:
                self.add_error(f"{edge}_number", "请填写几周或几天，或选“当天”。")
        return data

    @property
    def window(self) -> WindowRule | None:
        """What a valid form says."""
        data = self.cleaned_data
        if not data["anchor"]:
            return None
        anchor = Anchor(data["anchor"])
        return WindowRule(anchor) if anchor == Anchor.YEAR else WindowRule(anchor, self._days("from"), self._days("to"))

    def _days(self, edge: str) -> int:
        side = self.cleaned_data[f"{edge}_side"]
        if side == Side.ON:
            return 0
        days: int = self.cleaned_data[f"{edge}_number"] * DAYS_OF[Unit(self.cleaned_data[f"{edge}_unit"])]
        return -days if side == Side.BEFORE else days


class RuleForm(TaglessForm):
    """One rule of the plan. An empty one, which can become a rule, names no action."""

    field_of: ClassVar[Mapping[str, str]] = {
        "no_grades": "grades",
        "unknown_grade": "grades",
        "grade_twice": "grades",
        "grade_not_covered": "grades",
        "count_out_of_range": "count",
        "no_outcomes": "outcomes",
    }

    def __init__(self, owed: OwedAction | None, grades: Sequence[Grade], **kwargs: Any) -> None:
        self.owed = owed
        self.names = {grade.pk: grade.name for grade in grades}
        super().__init__(
            initial={
                "action": owed.action if owed is not None else "",
                "need": "required" if owed is None or owed.required else "optional",
                "period": owed.period if owed is not None else PeriodKind.TERM,
                "count": owed.count if owed is not None else 1,
                "grades": [grade.pk for grade in grades if owed is not None and grade.pk in owed.grade_ids],
                "outcomes": [o.value for o in VisitOutcome if owed is not None and o in owed.accepted_outcomes]
                or [VisitOutcome.COMPLETED.value],
            },
            **kwargs,
        )
        blank = [] if owed is not None else [("", "（不增加）")]
        self.fields["action"] = forms.ChoiceField(
            label="动作",
            choices=[*blank, *ActionKind.choices],
            required=owed is not None,
            widget=forms.HiddenInput if owed is not None else forms.Select,
        )
        if owed is not None:
            self.fields["drop"] = forms.BooleanField(
                label="去掉这一项", required=False, widget=forms.CheckboxInput(attrs={"class": "form-check-input"})
            )
        self.fields["need"] = forms.ChoiceField(label="要求", choices=_OPTIONAL, widget=forms.RadioSelect)
        self.fields["period"] = _select("周期", PeriodKind.choices)
        self.fields["count"] = _number("次数", MOST_TIMES)
        self.fields["grades"] = forms.TypedMultipleChoiceField(
            label="年级",
            choices=[(grade.pk, grade.name) for grade in grades],
            coerce=int,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        self.fields["outcomes"] = forms.MultipleChoiceField(
            label="哪些家访结果视为完成",
            choices=VisitOutcome.choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        held = list(owed.windows) if owed is not None else []
        self.window_forms = [
            WindowForm(window, self.title, data=kwargs.get("data"), prefix=f"{self.prefix}-w{at}")
            for at, window in enumerate([*held, *[None] * SPARE_WINDOWS])
        ]

    @property
    def title(self) -> str:
        """家访; of an empty one what it could become."""
        return self.owed.action.label if self.owed is not None else "再加一项动作"

    @property
    def may_be_visit(self) -> bool:
        """Whether the outcomes of a visit are to be asked."""
        return self.owed is None or self.owed.action == ActionKind.VISIT

    @cached_property
    def helper(self) -> FormHelper:
        """Chips to tick; the windows stand below, set by the page."""
        helper = super().helper
        helper.layout = Layout(
            Field("action"),
            InlineRadios("need"),
            Div(Field("period"), Field("count"), css_class="plan-often"),
            InlineCheckboxes("grades"),
            *([Div(InlineCheckboxes("outcomes"), css_class="plan-outcomes")] if self.may_be_visit else []),
        )
        return helper

    @property
    def shown_windows(self) -> list[WindowForm]:
        """The windows that stand open: those of the rule, and what was typed into an empty one."""
        return [form for form in self.window_forms if not self._is_folded(form)]

    @property
    def folded_windows(self) -> list[WindowForm]:
        """The empty ones, behind 再加一个时间. A rule to be added shows its first."""
        return [form for form in self.window_forms if self._is_folded(form)]

    def _is_folded(self, form: WindowForm) -> bool:
        first = self.owed is None and form is self.window_forms[0]
        return form.is_spare and not first and not form["anchor"].value()

    @property
    def said(self) -> str:
        """The rule in a line: 每学期 1 次，一年级、五年级，开学前 3 周到开学后 2 周. Of an empty one nothing."""
        if self.owed is None:
            return ""
        who = grade_words(self.owed.grade_ids, self.names)
        kind = [] if self.owed.required else ["自选动作"]
        return "，".join([*kind, often_words(self.owed), *([who] if who else []), windows_words(self.owed)])

    @property
    def is_open(self) -> bool:
        """Whether something was typed into it, or is wrong in it; the others are folded to their line."""
        parts = (self, *self.window_forms)
        return self.is_bound and any(part.errors or part.has_changed() for part in parts) and not self._is_empty

    @property
    def _is_empty(self) -> bool:
        return self.owed is None and not self["action"].value()

    def is_valid(self) -> bool:
        """With its windows; one that is dropped or empty always."""
        if self.is_bound and self.is_absent:
            self.errors.clear()
            return True
        # All of them, so that each says what is wrong.
        wrong = [form for form in self.window_forms if not form.is_valid()]
        return super().is_valid() and not wrong

    @property
    def is_absent(self) -> bool:
        """Whether the plan has no such rule any more."""
        return not self["action"].value() or bool("drop" in self.fields and self["drop"].value())

    @property
    def rule(self) -> OwedAction | None:
        """What a valid form says; None for one that is dropped or empty."""
        if self.is_absent:
            return None
        data = self.cleaned_data
        action = ActionKind(data["action"])
        windows = [form.window for form in self.window_forms]
        return OwedAction(
            action=action,
            period=PeriodKind(data["period"]),
            count=data["count"],
            required=data["need"] == "required",
            windows=tuple(dict.fromkeys(window for window in windows if window is not None)),
            accepted_outcomes=frozenset(data["outcomes"] if action == ActionKind.VISIT else ()),
            grade_ids=frozenset(data["grades"]),
        )


def rule_forms(rules: Iterable[OwedAction], grades: Sequence[Grade], data: Any) -> list[RuleForm]:
    """A form for each rule of a plan, and empty ones."""
    rows = [*rules, *[None] * SPARE_RULES]
    return [RuleForm(owed, grades, data=data, prefix=f"rule{at}") for at, owed in enumerate(rows)]


def _select(label: str, choices: Sequence[tuple[Any, Any]]) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "form-select", "aria-label": label})
    return forms.ChoiceField(label=label, choices=choices, widget=widget)


def _number(label: str, high: int, *, required: bool = True) -> forms.IntegerField:
    message = f"请填写 1 到 {high} 之间的整数。"
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=1,
        max_value=high,
        widget=forms.NumberInput(attrs={"class": "form-control", "aria-label": label, "inputmode": "numeric"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), message),
    )
