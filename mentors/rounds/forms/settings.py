"""Forms of the matching rounds: settings, candidates, a longer time, further mentors and exceptions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from core.fields import MomentField
from core.saving import ELSE
from mentors.enums import MatchRule, MatchTieBreak
from mentors.models.slots import Mentor, Teacher
from mentors.rounds.models import MatchingRound, RoundMentor
from mentors.rounds.services.running import CandidateData
from mentors.rounds.services.settings import RULES, RoundSettings
from schools.days import year_days
from schools.enums import MatchingMode
from schools.models import SchoolClass, SchoolYear

# Each rule in one sentence, for the form and the protocol.
RULES_SAID = {
    MatchRule.SATISFACTION: "先让尽可能多的同学选上自己的志愿，再让大家的志愿次序总体最靠前。",
    MatchRule.LOTTERY: "同学们按抽签的先后依次选，轮到谁，就得到还有名额的最靠前的志愿。",
    MatchRule.STABLE: "同学的志愿和导师的意愿一起看：不会有一对师生都更愿意选对方，却没有配到一起。",
    MatchRule.GIVEN: "不用选，按社团名单或上一学年的导师安排。",
}
TIE_BREAKS_SAID = {
    MatchTieBreak.LOTTERY: "用抽签种子给每位同学抽一个号，号小的在先。",
    MatchTieBreak.ROSTER: "按班级和座号，靠前的在先。",
}


class RoundForm(forms.Form):
    """What 德育室 sets of a round; fields that do not concern its way of matching are left out."""

    name = forms.CharField(label="名称", max_length=60, error_messages={"required": "请给这轮匹配起个名称。"})
    opens_at = MomentField(label="开始征询", required=False, within=lambda form: form.days)
    closes_at = MomentField(label="截止征询", required=False, within=lambda form: form.days)
    max_choices = forms.IntegerField(
        label="每人最多选几位导师",
        min_value=1,
        max_value=10,
        error_messages={
            "required": "请填写 1 到 10。",
            "invalid": "请填写 1 到 10。",
            "min_value": "请填写 1 到 10。",
            "max_value": "请填写 1 到 10。",
        },
    )
    rule = forms.ChoiceField(label="匹配规则", widget=forms.RadioSelect)
    tie_break = forms.ChoiceField(
        label="条件相同时谁在先",
        widget=forms.RadioSelect,
        choices=[(t.value, f"{t.label}：{TIE_BREAKS_SAID[t]}") for t in MatchTieBreak],
    )
    seed = forms.IntegerField(
        label="抽签种子",
        min_value=0,
        max_value=2_000_000_000,
        help_text="一个数字，可以公开抽取或用当天公布的数字。生成草案以后不能再改，任何人用它重算都得到同样的结果。",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": "请填写一个数字。", "invalid": "请填写一个数字。"},
    )
    keep_former = forms.BooleanField(
        label="上一学年的导师优先：第一志愿就是原导师、或没有填志愿的同学，先沿用原导师", required=False
    )
    rematch = forms.BooleanField(label="已有导师的同学也参加，重新匹配", required=False)
    fill = forms.BooleanField(label="没有选上或没有填志愿的同学，均匀安排到还有名额的导师", required=False)

    def __init__(
        self, mode: MatchingMode, year: SchoolYear, *args: Any, fixed: Iterable[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.mode, self.days = mode, year_days(year.start_year)
        rules = RULES[mode]
        self.fields["rule"].choices = [  # type: ignore[attr-defined]  # stubs type fields as plain Field
            (rule.value, f"{rule.label}：{RULES_SAID[rule]}") for rule in rules
        ]
        if mode not in (MatchingMode.CHOICE, MatchingMode.TWO_SIDED):
            for name in ("opens_at", "closes_at", "max_choices"):
                del self.fields[name]
        if mode == MatchingMode.CARRY_ON:
            del self.fields["keep_former"]
        for name in fixed:
            if name in self.fields:
                self.fields[name].disabled = True

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning."""
        data = super().clean() or {}
        opens, closes = data.get("opens_at"), data.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", "截止时间要晚于开始时间。")
        return data

    def settings(self) -> RoundSettings:
        """The settings of a valid form."""
        data = self.cleaned_data
        return RoundSettings(
            name=data["name"],
            opens_at=data.get("opens_at"),
            closes_at=data.get("closes_at"),
            max_choices=data.get("max_choices") or 3,
            rule=MatchRule(data["rule"]),
            tie_break=MatchTieBreak(data["tie_break"]),
            seed=data["seed"],
            keep_former=data.get("keep_former", self.mode == MatchingMode.CARRY_ON),
            rematch=data["rematch"],
            fill=data["fill"],
        )


def initial_of(row: MatchingRound | RoundSettings, **more: Any) -> dict[str, Any]:
    """What the form shows of a round, or of the usual settings."""
    names = (
        "name",
        "opens_at",
        "closes_at",
        "max_choices",
        "rule",
        "tie_break",
        "seed",
        "keep_former",
        "rematch",
        "fill",
    )
    values: dict[str, Any] = {name: getattr(row, name) for name in names} | more
    for name in ("opens_at", "closes_at"):
        if values[name] is not None:
            values[name] = timezone.localtime(values[name])
    return values


class ProlongForm(forms.Form):
    """Until when pupils may choose instead."""

    closes_at = MomentField(label="新的截止时间", within=lambda form: form.days)

    def __init__(self, year: SchoolYear, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = year_days(year.start_year)


WHOLE = "grade"


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A mentor's fields on the candidates' page, and all by whom they might be chosen: key, words, whether ticked."""

    mentor: Mentor
    use: forms.BoundField
    number: forms.BoundField
    open: forms.BoundField
    boxes: list[tuple[str, str, bool]]

    @property
    def ticked(self) -> list[tuple[str, str]]:
        """Key and words of what is ticked."""
        return [(key, label) for key, label, ticked in self.boxes if ticked]


class CandidatesForm(forms.Form):
    """One line per mentor: whether they can be chosen, their number, and by whom (the grade or some classes)."""

    def __init__(
        self, mentors: Sequence[Mentor], classes: Sequence[SchoolClass], *args: Any, fixed: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.mentors, self.classes = list(mentors), list(classes)
        self.labels = [(WHOLE, "全年级"), *((str(c.pk), f"{c.number}班") for c in classes)]
        for mentor in mentors:
            names = mentor.names
            self.fields[f"use-{mentor.pk}"] = forms.BooleanField(label=f"{names}可以选", required=False)
            self.fields[f"number-{mentor.pk}"] = forms.IntegerField(
                label=f"{names}的编号",
                min_value=1,
                max_value=999,
                required=False,
                disabled=fixed,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "form-control"}),
                error_messages={"invalid": "编号请填写 1 到 999。"},
            )
            self.fields[f"open-{mentor.pk}"] = forms.MultipleChoiceField(
                label=f"{names}面向", choices=self.labels, required=False
            )

    def lines(self) -> list[CandidateLine]:
        """The mentors with their fields, in the order given."""
        return [self.line(mentor) for mentor in self.mentors]

    def line(self, mentor: Mentor) -> CandidateLine:
        """The fields of one of the mentors."""
        use, number, open_ = (self[f"{name}-{mentor.pk}"] for name in ("use", "number", "open"))
        ticked = set(open_.value() or ())
        return CandidateLine(mentor, use, number, open_, [(key, label, key in ticked) for key, label in self.labels])

    def chosen(self, *, scope: str = "", team: Mapping[int, Sequence[int]] | None = None) -> list[CandidateData]:
        """The candidates of a valid form, by number; `scope` grade or own overrules the lines, own as in `team`."""
        found = []
        for mentor in self.mentors:
            if not self.cleaned_data[f"use-{mentor.pk}"]:
                continue
            ticked = set(self.cleaned_data[f"open-{mentor.pk}"])
            whole = WHOLE in ticked
            classes = frozenset(int(key) for key in ticked - {WHOLE})
            own = frozenset((team or {}).get(mentor.pk, ()))
            if scope == WHOLE or (scope == "own" and not own):
                whole = True
            elif scope == "own":
                whole, classes = False, own
            found.append(
                CandidateData(
                    mentor.pk, whole, frozenset() if whole else classes, self.cleaned_data[f"number-{mentor.pk}"]
                )
            )
        return sorted(found, key=lambda data: data.number or 1000)


def candidates_initial(rows: Iterable[RoundMentor]) -> dict[str, Any]:
    """The lines of the mentors who can be chosen now."""
    values: dict[str, Any] = {}
    for row in rows:
        values[f"use-{row.mentor_id}"] = True
        values[f"number-{row.mentor_id}"] = row.number
        values[f"open-{row.mentor_id}"] = [WHOLE] if row.whole_grade else [str(c.pk) for c in row.classes.all()]
    return values


class AddMentorsForm(forms.Form):
    """Teachers without a slot who become mentors of the round."""

    field_of: ClassVar = {ELSE: "teachers"}

    teachers = forms.TypedMultipleChoiceField(
        label="教师",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请先勾选要增加的导师。",
            "invalid_choice": "名单里没有这位教师，请刷新页面再选。",
        },
    )

    def __init__(self, teachers: Sequence[Teacher], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_key = {teacher.pk: teacher for teacher in teachers}
        self.fields["teachers"].choices = [  # type: ignore[attr-defined]  # stubs type fields as plain Field
            (t.pk, f"{t.name}（{t.subject}）" if t.subject else t.name) for t in teachers
        ]

    def chosen(self) -> list[Teacher]:
        """The teachers of a valid form."""
        return [self.by_key[key] for key in self.cleaned_data["teachers"]]


class ExceptionsForm(forms.Form):
    """How many further places each mentor gets, with one reason for all."""

    reason = forms.CharField(
        label="理由",
        max_length=200,
        help_text="例如：五年级名额不足，经与导师商量，本学年各多带一名。理由会留在记录里。",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明批准超额的理由。"},
    )

    def __init__(self, mentors: Sequence[Mentor], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mentors = list(mentors)
        for mentor in mentors:
            self.fields[f"extra-{mentor.pk}"] = forms.IntegerField(
                label=f"{mentor.names}增加的名额",
                min_value=0,
                max_value=60,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "form-control"}),
                error_messages={"invalid": "请填写一个整数。", "min_value": "请填写 0 或更大的数。"},
            )

    def lines(self) -> list[tuple[Mentor, forms.BoundField]]:
        """Mentor with their field."""
        return [(mentor, self[f"extra-{mentor.pk}"]) for mentor in self.mentors]

    def extra(self) -> dict[int, int]:
        """Further places by mentor key of a valid form."""
        return {m.pk: self.cleaned_data[f"extra-{m.pk}"] or 0 for m in self.mentors}


class PlaceForm(forms.Form):
    """With whom a pupil of the draft is placed by hand: a mentor, nobody, or whom the rule says."""

    OPEN, RULE = "open", "rule"
    field_of: ClassVar = {ELSE: "mentor"}

    mentor = forms.ChoiceField(label="安排给", error_messages={"invalid_choice": "请从名单里选择一位导师。"})

    def __init__(self, places: Sequence[tuple[Mentor, int]], *args: Any, by_hand: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mentor"].choices = [  # type: ignore[attr-defined]  # stubs type fields as plain Field
            *([(self.RULE, "按规则安排")] if by_hand else []),
            *((str(m.pk), f"{m.names}（{f'余 {left}' if left else '已满'}）") for m, left in places),
            (self.OPEN, "先留空"),
        ]
