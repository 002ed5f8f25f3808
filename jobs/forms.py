"""Forms of roster imports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from jobs.enums import OF_FORMER_YEARS, ImportKind
from schools.models import SchoolYear


class UploadForm(forms.Form):
    """A roster file and what it holds."""

    kind = forms.ChoiceField(label="这是什么名册", widget=forms.RadioSelect)
    file = forms.FileField(
        label="名册文件",
        help_text="Excel（.xlsx、.xls）、WPS 或 CSV 文件都可以，不必改动格式。",
        error_messages={"empty": "这个文件是空的，请重新选择名册文件。", "required": "请选择名册文件。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.xlsm,.xlsb,.ods,.et,.csv,.txt"}),
    )

    year = forms.TypedChoiceField(
        label="哪个学年的",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="已发寄语可以是以前学年的；名册都是本学年的。",
    )

    def __init__(
        self, *args: Any, kinds: Sequence[ImportKind], former_years: Sequence[SchoolYear] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.former_years = {year.pk: year for year in former_years}
        if former_years:
            self.fields["year"].choices = [  # type: ignore[attr-defined]  # a choice field
                ("", "本学年"),
                *((year.pk, str(year)) for year in former_years),
            ]
        else:
            del self.fields["year"]
        kind = self.fields["kind"]
        if isinstance(kind, forms.ChoiceField):
            kind.choices = [(one.value, one.label) for one in kinds]
        # The page tells of a file that is too large before it is sent.
        self.fields["file"].widget.attrs["data-max-bytes"] = settings.ROSTER_MAX_BYTES

    def clean_file(self) -> Any:
        """Refuse what is too large before it is read."""
        upload: UploadedFile[bytes] = self.cleaned_data["file"]
        if upload.size is not None and upload.size > settings.ROSTER_MAX_BYTES:
            limit = settings.ROSTER_MAX_BYTES // (1024 * 1024)
            raise forms.ValidationError(f"文件超过 {limit} MB。请删去其中的图片，只留名册再上传。", code="too_big")
        return upload

    def clean(self) -> dict[str, Any]:
        """Of a former year only what may be of one."""
        data = super().clean() or {}
        if data.get("year") and data.get("kind") and data["kind"] not in OF_FORMER_YEARS:
            self.add_error("year", "名册只能导入本学年的。以前的学年，只能补录已发寄语。")
        return data

    def chosen_year(self) -> SchoolYear | None:
        """The former year that was chosen; None for the present one."""
        return self.former_years.get(self.cleaned_data.get("year") or 0)


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """One question of the preview with its tick boxes: `(key, label, ticked)`."""

    title: str
    help_text: str
    boxes: tuple[tuple[str, str, bool], ...]


class ConfirmForm(forms.Form):
    """Which of the import's proposals to carry out."""

    accepted = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, summary: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(summary.get("choices", []))
        field = self.fields["accepted"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(labels.items())
        # A preview kept before questions had titles of their own is asked under one.
        groups = summary.get("choice_groups") or [
            {"title": "请确认", "help_text": "只勾选确实要做的。", "ticked": False, "keys": list(labels)}
        ]
        self.groups = tuple(
            QuestionGroup(
                group["title"],
                group["help_text"],
                tuple((key, labels[key], group["ticked"]) for key in group["keys"] if key in labels),
            )
            for group in groups
            if labels
        )


class SetAsideForm(forms.Form):
    """The admin's word that rows with errors are left out."""

    agreed = forms.BooleanField()

    def __init__(self, *args: Any, rows: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["agreed"].label = f"先不导入有错误的这 {rows} 行，其余的照常核对"
