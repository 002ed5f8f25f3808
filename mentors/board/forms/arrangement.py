"""Forms of a pupil's page 导师安排与变动."""

from collections.abc import Sequence
from typing import Any

from django import forms

from mentors.board.services.supporting import REASON_LENGTH
from mentors.models.slots import Mentor

CHOOSE = "请选择一位导师。"


class MentorForm(forms.Form):
    """A mentor, those of the class's team first, and why."""

    mentor = forms.TypedChoiceField(coerce=int, error_messages={"required": CHOOSE, "invalid_choice": CHOOSE})
    reason = forms.CharField(
        label="原因（选填）",
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="只有德育室和本班班主任能看到。",
        error_messages={"max_length": "原因最多写 200 字，请删减一些。"},
    )

    def __init__(
        self,
        team: Sequence[Mentor],
        others: Sequence[Mentor],
        *args: Any,
        label: str,
        taken: Sequence[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mentor"].label = label
        self.mentors = {mentor.pk: mentor for mentor in (*team, *others) if mentor.pk not in taken}
        choices: list[Any] = [("", "请选择")]
        for label, group in (("本班导师团", team), ("其他导师", others)):
            rows = [(m.pk, _mentor_label(m)) for m in group if m.pk in self.mentors]
            if rows:
                choices.append((label, rows))
        self.fields["mentor"].choices = choices  # type: ignore[attr-defined]  # stubs type fields as plain Field

    def chosen(self) -> Mentor:
        """The mentor of a valid form."""
        return self.mentors[self.cleaned_data["mentor"]]


def _mentor_label(mentor: Mentor) -> str:
    classes = "、".join(team.school_class.label for team in mentor.teams.all())
    room = f"还有 {mentor.free} 个名额" if mentor.free > 0 else "名额已满"
    return f"{mentor.names}（{classes + '，' if classes else ''}{room}）"
