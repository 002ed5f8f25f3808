"""Forms of honours 表彰."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from core.days import Days
from core.fields import DayField, ProseField
from core.saving import ELSE
from mentors.models.slots import Teacher
from records.recognition.enums import NominatedBy
from records.recognition.models import AwardRound, Nomination, RubricSheet
from records.recognition.services.awards import (
    CITATION_LENGTH,
    CRITERION_LENGTH,
    MOST_CRITERIA,
    NOTE_LENGTH,
    REASON_LENGTH,
    RoundData,
)


class AwardRoundForm(forms.Form):
    """A round: what it is called, what is awarded, until when, who nominates, and the rubric if there is one."""

    field_of: ClassVar = {
        "title_missing": "title",
        "award_missing": "award",
        "date_out_of_range": "until",
        "criteria_too_many": "criteria",
        "criteria_in_use": "criteria",
    }

    title = forms.CharField(
        label="表彰名称",
        max_length=60,
        error_messages={"required": "请写一下这次表彰的名称。"},
        widget=forms.TextInput(attrs={"placeholder": "如：2026学年优秀成长导师表彰"}),
    )
    award = forms.CharField(
        label="授予的称号",
        max_length=30,
        help_text="会印在奖状上。",
        error_messages={"required": "请写一下授予的称号，它会印在奖状上。"},
        widget=forms.TextInput(attrs={"placeholder": "如：优秀成长导师"}),
    )
    about = ProseField(label="说明（可不填）", max_length=1000, rows=4, help_text="想表彰怎样的老师，推荐时会看到。")
    until = DayField(label="推荐截止", within=lambda form: form.days)
    nominators = forms.ChoiceField(label="谁可以推荐", choices=NominatedBy)
    criteria = ProseField(
        label="评价表（可不填）",
        max_length=(CRITERION_LENGTH + 1) * MOST_CRITERIA,
        rows=4,
        help_text=f"学校自己的评价要点，一行一项，最多 {MOST_CRITERIA} 项。看名单时按它写文字意见，不打分。",
    )

    def __init__(self, days: Days, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = days

    @classmethod
    def initial_of(cls, round: AwardRound) -> dict[str, Any]:
        """What is stored."""
        names = ("title", "award", "about", "until", "nominators")
        return {name: getattr(round, name) for name in names} | {"criteria": "\n".join(round.criteria)}

    def round_data(self) -> RoundData:
        """A valid form as the services take it."""
        data = self.cleaned_data
        return RoundData(
            title=data["title"],
            award=data["award"],
            until=data["until"],
            about=data["about"],
            nominators=NominatedBy(data["nominators"]),
            criteria=tuple(data["criteria"].splitlines()),
        )


class NominationForm(forms.Form):
    """Whom one nominates, and why."""

    field_of: ClassVar = {"oneself": "teacher", "left": "teacher", "other_school": "teacher", ELSE: "reason"}

    teacher = forms.TypedChoiceField(
        label="推荐哪位老师",
        coerce=int,
        error_messages={"required": "请选择一位同事。", "invalid_choice": "请选择一位在岗的同事。"},
    )
    reason = ProseField(
        label="推荐理由",
        max_length=REASON_LENGTH,
        rows=6,
        required=True,
        help_text="写具体的事：做了什么，对孩子有什么帮助。请不要写学生的名字。只有德育室和领导小组能看到，本人看不到是谁推荐的。",
        error_messages={"required": "请写一下推荐理由：做了什么，对孩子有什么帮助。"},
    )

    def __init__(self, teachers: Sequence[Teacher], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.teachers = {teacher.pk: teacher for teacher in teachers}
        choices = [(t.pk, f"{t.name}　{t.subject}" if t.subject else t.name) for t in teachers]
        self.fields["teacher"].choices = [("", "请选择"), *choices]  # type: ignore[attr-defined]  # a choice field

    @classmethod
    def initial_of(cls, nomination: Nomination) -> dict[str, Any]:
        """What is stored."""
        return {"teacher": nomination.teacher_id, "reason": nomination.reason}

    @property
    def nominee(self) -> Teacher:
        """Who is meant by a valid form."""
        return self.teachers[self.cleaned_data["teacher"]]


class RubricForm(forms.Form):
    """The actor's own words about a nominee, one text for each criterion of the round."""

    def __init__(self, round: AwardRound, sheet: RubricSheet | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        notes = sheet.notes if sheet is not None else []
        for at, criterion in enumerate(round.criteria):
            self.fields[f"note{at}"] = ProseField(
                label=criterion, max_length=NOTE_LENGTH, rows=2, initial=notes[at] if at < len(notes) else ""
            )

    @property
    def notes(self) -> list[str]:
        """What a valid form says, in the order of the criteria."""
        return [self.cleaned_data[name] for name in self.fields]


class CitationForm(forms.Form):
    """The words that stand on the 奖状."""

    field_of: ClassVar = {ELSE: "citation"}

    citation = ProseField(
        label="颁奖词（可不填）",
        max_length=CITATION_LENGTH,
        rows=2,
        help_text=f"一两句话，会印在奖状上，最多 {CITATION_LENGTH} 字。请不要写学生的名字。",
    )
