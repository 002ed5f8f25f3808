"""Forms of roster imports."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from jobs.enums import ImportKind


class UploadForm(forms.Form):
    """A roster file and what it holds."""

    kind = forms.ChoiceField(label="这是什么名册", choices=ImportKind.choices, widget=forms.RadioSelect)
    file = forms.FileField(
        label="名册文件",
        help_text="Excel（.xlsx、.xls）、WPS 或 CSV 文件都可以，不必改动格式。",
        error_messages={"empty": "这个文件是空的，请重新选择名册文件。", "required": "请选择名册文件。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.xlsm,.xlsb,.ods,.et,.csv,.txt"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The page tells of a file that is too large before it is sent.
        self.fields["file"].widget.attrs["data-max-bytes"] = settings.ROSTER_MAX_BYTES

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        if upload.size is not None and upload.size > settings.ROSTER_MAX_BYTES:
            limit = settings.ROSTER_MAX_BYTES // (1024 * 1024)
            raise forms.ValidationError(f"文件超过 {limit} MB。请删去其中的图片，只留名册再上传。", code="too_big")
        return upload


class ConfirmForm(forms.Form):
    """Which of the import's proposals to carry out."""

    accepted = forms.MultipleChoiceField(
        label="同时授予角色",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="按名册里的“职务”建议。只勾选确实需要的，以后也可以在“教师”里调整。",
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], kind: ImportKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["accepted"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = choices
        if kind == ImportKind.STUDENTS:
            field.label = "转班"
            field.help_text = "只勾选确实转班的。不勾选的留在原班，其他变动照常导入；原来的导师不变。"
        if not choices:
            del self.fields["accepted"]


class SetAsideForm(forms.Form):
    """The admin's word that rows with errors are left out."""

    agreed = forms.BooleanField()

    def __init__(self, *args: Any, rows: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreed"].label = f"先不导入有错误的这 {rows} 行，其余的照常核对"
