"""Forms of the class board's surroundings: exceptions from the cap, and the search for teachers."""

from collections.abc import Sequence
from typing import Any

from django import forms

from mentors.models import Mentor

CHOOSE = "请从名单里选择一位导师。"


class ExceptionForm(forms.Form):
    """Which mentor may have how many pupils, and why (the reason is what makes it an exception)."""

    mentor = forms.TypedChoiceField(
        label="导师", coerce=int, error_messages={"required": CHOOSE, "invalid_choice": CHOOSE}
    )
    limit = forms.IntegerField(
        label="新的上限（名学生）",
        min_value=1,
        max_value=120,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "请填写新的上限。",
            "invalid": "请填写一个整数。",
            "min_value": "请填写比现在的上限大的人数。",
            "max_value": "这个人数太多了，请改为增加导师。",
        },
    )
    reason = forms.CharField(
        label="理由",
        max_length=200,
        help_text="例如：本班另一位导师外出学习，下学期补足。理由会留在记录里。",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明批准超额的理由。"},
    )

    def __init__(self, mentors: Sequence[Mentor], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mentors = {mentor.pk: mentor for mentor in mentors}
        field = self.fields["mentor"]
        field.choices = [  # type: ignore[attr-defined]  # stubs type fields as plain Field
            ("", "请选择"),
            *((mentor.pk, _mentor_label(mentor)) for mentor in mentors),
        ]

    def chosen(self) -> Mentor:
        """The mentor of a valid form."""
        return self.mentors[self.cleaned_data["mentor"]]


def _mentor_label(mentor: Mentor) -> str:
    classes = "、".join(team.school_class.label for team in mentor.teams.all())
    return f"{mentor.names}（{classes + '，' if classes else ''}现有 {mentor.load} 名，上限 {mentor.capacity} 名）"
