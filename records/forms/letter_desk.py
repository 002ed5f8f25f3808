"""Forms around the letters: what 德育室 edits and when it releases, and the family's reply."""

import datetime
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils import timezone

from core.fields import ProseField
from records.services.replies import LONGEST


class ProofForm(forms.Form):
    """The text of a handed-in letter as 德育室 changes it."""

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    body = ProseField(label="正文", max_length=4000, rows=12)
    advice = ProseField(label="成长建议", max_length=1000, rows=4)

    def __init__(self, *args: Any, with_advice: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_advice:
            del self.fields["advice"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class ScheduleForm(forms.Form):
    """A day and an hour of release."""

    day = forms.DateField(
        label="发布日期",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "请选择发布日期。", "invalid": "日期没有看懂，请重新选择。"},
    )
    time = forms.TimeField(
        label="时间",
        initial="17:00",
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
        error_messages={"required": "请选择发布时间。", "invalid": "时间没有看懂，请写成 17:00 这样。"},
    )

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].widget.attrs["min"] = today.isoformat()
        self.fields["day"].initial = today
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @property
    def moment(self) -> datetime.datetime:
        """Both together, in the schools' time zone."""
        return timezone.make_aware(datetime.datetime.combine(self.cleaned_data["day"], self.cleaned_data["time"]))


class ReplyForm(forms.Form):
    """A family's short reply."""

    text = forms.CharField(
        label="给老师的回音",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "例如：谢谢老师，孩子读了好几遍。"}),
        help_text=f"最多 {LONGEST} 字。只有写信的导师看得到。",
        error_messages={
            "required": "请写一两句话再发送。",
            "max_length": "最多写 %(limit_value)d 字，现在有 %(show_value)d 字，请删减一些。",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
