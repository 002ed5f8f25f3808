"""The form of a bureau's list of schools."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile


class SchoolListForm(forms.Form):
    """A workbook with a school in each row."""

    file = forms.FileField(
        label="学校名单",
        help_text="Excel（.xlsx、.xls）、WPS 或 CSV 文件都可以。",
        error_messages={"empty": "这个文件是空的，请重新选择。", "required": "请选择学校名单。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.xlsm,.xlsb,.ods,.et,.csv,.txt"}),
    )

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        if upload.size is not None and upload.size > settings.ROSTER_MAX_BYTES:
            limit = settings.ROSTER_MAX_BYTES // (1024 * 1024)
            raise forms.ValidationError(f"文件超过 {limit} MB。请删去其中的图片，只留名单再上传。", code="too_big")
        return upload
