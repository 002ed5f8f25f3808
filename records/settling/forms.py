"""The forms of 期末材料."""

from typing import Any, ClassVar

from core.fields import ProseField
from core.saving import ELSE, VersionedForm
from records.settling.enums import ReportPart
from records.settling.models import TermComment
from records.settling.services import COMMENT_LENGTH, clean_comment


class CommentForm(VersionedForm):
    """The school's own words on one part of the report."""

    field_of: ClassVar = {ELSE: "text", "changed_meanwhile": None}

    def __init__(self, part: ReportPart, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"] = ProseField(label=part.label, max_length=COMMENT_LENGTH, rows=8)
        self.fields["text"].help_text = "每一行打印成一段。不写学生姓名：报告会离开学校。清空就是不放。"

    def is_what(self, stored: TermComment) -> bool:
        """Whether `stored` holds what was typed."""
        return stored.text == clean_comment(self.cleaned_data["text"])
