"""Forms of experience notes 经验分享."""

from typing import Any, ClassVar

from django import forms

from core.fields import ProseField
from core.saving import ELSE, VersionedForm
from records.recognition.models import ExperienceNote
from records.recognition.services.notes import REMARK_LENGTH, TEXT_LENGTH, NoteData

_NAMES = ("title", "situation", "done", "helped", "is_signed", "may_pass_on")


class ExperienceNoteForm(VersionedForm):
    """An anonymous case: what the situation was, what was done, what helped."""

    field_of: ClassVar = {"title_missing": "title"}
    sent_before = "这份表单刚才已经保存过一次。要改内容，请从“我写的”里打开它。"

    title = forms.CharField(
        label="题目",
        max_length=60,
        error_messages={"required": "请写一个题目。"},
        widget=forms.TextInput(attrs={"placeholder": "如：一个不肯开口的孩子"}),
    )
    situation = ProseField(
        label="当时的情况", max_length=TEXT_LENGTH, rows=5, help_text="用“小A”“一位同学”来写，不写真名、班级、电话。"
    )
    done = ProseField(label="老师做了什么", max_length=TEXT_LENGTH, rows=6)
    helped = ProseField(label="什么起了作用", max_length=TEXT_LENGTH, rows=4)
    is_signed = forms.BooleanField(label="署我的名字（不勾选就不显示作者）", required=False)
    may_pass_on = forms.BooleanField(label="同意学校推荐给教育局，供其他学校参考", required=False)

    @classmethod
    def initial_of(cls, note: ExperienceNote) -> dict[str, Any]:
        """What is stored."""
        return {"version": note.version} | {name: getattr(note, name) for name in _NAMES}

    def note_data(self) -> NoteData:
        """A valid form as the services take it."""
        return NoteData(**{name: self.cleaned_data[name] for name in _NAMES})

    def is_what(self, stored: ExperienceNote) -> bool:
        """Whether `stored` holds what was typed: then a second post of the form is done already."""
        data = self.cleaned_data
        typed = {name: data[name].strip() if isinstance(data[name], str) else data[name] for name in _NAMES}
        return typed == {name: getattr(stored, name) for name in _NAMES}


class ReturnForm(forms.Form):
    """What the author is asked to change."""

    field_of: ClassVar = {ELSE: "remark"}

    remark = forms.CharField(
        label="修改意见",
        max_length=REMARK_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="作者会看到。",
        error_messages={"required": "请写一下希望怎样修改，作者会看到。"},
    )
