"""The forms of 期末材料."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from core.fields import EXPIRED, ProseField
from core.saving import ELSE, VersionedForm
from jobs.lists import TakeOutForm
from records.settling.enums import Material
from records.settling.models import TermComment
from records.settling.services import COMMENT_LENGTH, clean_comment


class CommentForm(VersionedForm):
    """The school's own words on one part of the report."""

    text = ProseField(
        label="学校的话",
        max_length=COMMENT_LENGTH,
        rows=8,
        help_text="每一行打印成一段。不写学生姓名：报告会离开学校。清空就是不放。",
    )

    field_of: ClassVar = {ELSE: "text", "changed_meanwhile": None}

    def is_what(self, stored: TermComment) -> bool:
        """Whether `stored` holds what was typed."""
        return stored.text == clean_comment(self.cleaned_data["text"])


class MaterialForm(TakeOutForm):
    """What is to be made of a term, and what for; `job` is the hidden key that makes a double click harmless."""

    field_of: ClassVar = {"nothing_chosen": "materials", "no_reason": "reason"}

    job = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid.uuid4,
        error_messages={"required": EXPIRED, "invalid": EXPIRED},
    )
    materials = forms.TypedMultipleChoiceField(
        label="材料",
        coerce=Material,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一项材料。"},
    )

    def __init__(self, offered: Sequence[Material], data: Any = None) -> None:
        super().__init__(data, asks_why=False)
        self.fields["materials"].choices = [(one.value, f"{one.label}（{one.said}）") for one in offered]  # type: ignore[attr-defined]  # a field with choices
        self.fields["materials"].initial = [one.value for one in offered]
        self.fields["reason"].help_text = "带姓名的材料要选用途，会记在使用记录里。"
        self.fields["words"].help_text = "选“其他”时请写明，不写学生姓名。"
        self.order_fields(["job", "materials", "reason", "words"])
