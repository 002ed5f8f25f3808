"""Forms of the clubs 社团."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from core.saving import ELSE
from mentors.models.slots import Mentor
from mentors.rounds.services.clubs import NAME_LENGTH

CHOOSE = "请从名单里选择一位导师。"


class ClubForm(forms.Form):
    """A club's name and its leader."""

    field_of: ClassVar = {"no_name": "name", "name_taken": "name", "no_leader": "mentor"}

    name = forms.CharField(
        label="社团名称",
        max_length=NAME_LENGTH,
        error_messages={"required": "请填写社团名称。", "max_length": "名称最多 40 字。"},
    )
    mentor = forms.TypedChoiceField(
        label="带社团的导师", coerce=int, error_messages={"required": CHOOSE, "invalid_choice": CHOOSE}
    )

    def __init__(self, mentors: Sequence[Mentor], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mentors = {mentor.pk: mentor for mentor in mentors}
        self.fields["mentor"].choices = [  # type: ignore[attr-defined]  # stubs type fields as plain Field
            ("", "请选择"),
            *((m.pk, f"{m.names}（还有 {max(m.free, 0)} 个名额）") for m in mentors),
        ]

    def chosen(self) -> Mentor:
        """The leader of a valid form."""
        return self.mentors[self.cleaned_data["mentor"]]


class MembersForm(forms.Form):
    """Pupils to add, one a line."""

    field_of: ClassVar = {ELSE: "lines"}

    lines = forms.CharField(
        label="加入成员",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 6, "placeholder": "高一（1）班 王小明", "spellcheck": "false"}),
        help_text="一行一位，写“班级 姓名”或学籍号，可以从表格里粘贴两列。",
        error_messages={"required": "请写上要加入的同学，一行一位。"},
    )
