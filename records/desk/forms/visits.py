"""Planning visits, a family's wish, and files beside a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from crispy_forms.layout import Field, Layout
from django import forms
from django.core.files.uploadedfile import UploadedFile

from core.days import Days
from core.fields import DayField, TaglessForm
from core.handouts import ManyFilesField
from core.saving import ELSE
from records.desk.forms.records import PICKS
from records.desk.models import VisitPlan
from records.desk.services.visit_plans import WISH_LENGTH

TOO_MANY = "一次最多选 6 个文件。"
STALE = "请刷新页面后再选文件。"


class VisitPlanForm(TaglessForm):
    """Day, time and company of one or several visits. `teachers` are (key, name) pairs."""

    field_of: ClassVar = {"date_out_of_range": "date"}

    date = DayField(label="日期", within=lambda form: form.days)
    time = forms.TimeField(
        label="时间（可不填）",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "时间不对，请按“18:30”的样子填写。"},
    )
    teachers = forms.TypedMultipleChoiceField(
        label="和谁一起去", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    remark = forms.CharField(
        label="备注（可不填）",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "如：在校门口集合"}),
    )

    def __init__(self, *args: Any, teachers: Sequence[tuple[int, str]], days: Days, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.days = days
        self.fields["teachers"].choices = list(teachers)  # type: ignore[attr-defined]  # a choice field
        self.helper.layout = Layout("date", "time", Field("teachers", template=PICKS), "remark")

    @staticmethod
    def initial_of(plan: VisitPlan) -> dict[str, Any]:
        """A stored plan as the form shows it."""
        teachers = [t.pk for t in plan.teachers.all()]
        return {"date": plan.date, "time": plan.time, "teachers": teachers, "remark": plan.remark}


class WishForm(TaglessForm):
    """When a family would like to be visited."""

    field_of: ClassVar = {ELSE: "text"}

    text = forms.CharField(
        label="方便的时间和方式",
        max_length=WISH_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "如：周末下午都可以，奶奶在家"}),
        help_text=f"最多 {WISH_LENGTH} 字，不填也可以。班主任和导师会看到。",
        error_messages={"max_length": "最多写 %(limit_value)d 字，现在有 %(show_value)d 字，请删减一些。"},
    )


class AttachmentForm(TaglessForm):
    """Photos and papers for a record; never asked for."""

    submission = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={"required": STALE, "invalid": STALE},
    )
    uploads = ManyFilesField(
        label="选择照片或 PDF",
        max_length=200,
        error_messages={
            "required": "请先选择文件。",
            "empty": "有一个文件是空的，请换一个。",
            "invalid": "请先选择文件。",
            "max_length": "文件名太长了，请改短再上传。",
        },
    )

    def clean_uploads(self) -> list[UploadedFile[Any]]:
        """Not more at once than a record may have."""
        uploads: list[UploadedFile[Any]] = self.cleaned_data["uploads"]
        if len(uploads) > 6:
            raise forms.ValidationError(TOO_MANY, code="too_many_files")
        return uploads
