"""Forms of 德育室: filters, returning a letter, releasing letters, asking for the papers."""

import uuid
from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.db import models

from records.contexts import BookVersion
from records.enums import Bundle, LetterPaper, LetterState
from records.queries.desk import Calendar
from records.queries.office_letters import ACCEPTED, MISSING, SCHEDULED
from schools.enums import Design
from schools.models import SchoolClass


def _term_field(calendar: Calendar) -> forms.TypedChoiceField:
    choices = [(t.number, t.short_name) for t in calendar.terms]
    return forms.TypedChoiceField(label="学期", choices=choices, coerce=int, required=False, empty_value=None)


def _class_choices(classes: list[SchoolClass]) -> list[tuple[str, Any]]:
    """All, each grade as a whole, and its classes beneath it."""
    choices: list[tuple[str, Any]] = [("", "全校")]
    grades: dict[str, list[tuple[str, str]]] = {}
    for school_class in classes:
        grade = school_class.grade
        rows = grades.setdefault(grade.name, [(f"g{grade.pk}", f"{grade.name}全部")])
        rows.append((f"c{school_class.pk}", school_class.label))
    return choices + list(grades.items())


class PlaceForm(forms.Form):
    """A term and a place (school, grade or class); wrong values fall back to the whole, they are no error."""

    def __init__(self, *args: Any, calendar: Calendar, classes: list[SchoolClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["term"] = _term_field(calendar)
        self.fields["place"] = forms.ChoiceField(label="范围", choices=_class_choices(classes), required=False)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    def _place(self, letter: str) -> int | None:
        value = self.cleaned_data.get("place", "") if self.is_valid() else ""
        return int(value[1:]) if value.startswith(letter) else None

    @property
    def grade_id(self) -> int | None:
        """The chosen grade."""
        return self._place("g")

    @property
    def class_id(self) -> int | None:
        """The chosen class."""
        return self._place("c")


class PupilFilterForm(PlaceForm):
    """Which pupils to list."""

    def __init__(self, *args: Any, calendar: Calendar, classes: list[SchoolClass], **kwargs: Any) -> None:
        super().__init__(*args, calendar=calendar, classes=classes, **kwargs)
        choices = [("", "所有学生"), ("none", "一项都没有完成"), ("no_mentor", "还没有导师")]
        choices += [(a.action, f"{calendar.label(a.action)}未完成") for a in calendar.rules.actions if a.required]
        self.fields["show"] = forms.ChoiceField(label="显示", choices=choices, required=False)
        self.helper.layout = Layout(Field("show"), Field("place"), Field("term"))

    @property
    def show(self) -> str:
        """The chosen filter, empty for all."""
        return str(self.cleaned_data["show"]) if self.is_valid() else ""


class ReturnForm(forms.Form):
    """Why a letter goes back to its mentor."""

    reason = forms.CharField(
        label="退回说明",
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "例如：第二段写成了别的同学的名字，请核对。"}),
        help_text="导师会看到这段话。",
        error_messages={"required": "请写明退回的原因，方便导师修改。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


class KeysField(forms.MultipleChoiceField):
    """Whole numbers; whether they are letters of this school and term is asked by the service."""

    def validate(self, value: list[str]) -> None:
        """Anything but whole numbers is refused."""
        if not all(key.isascii() and key.isdigit() for key in value):
            raise forms.ValidationError("请重新选择。", code="invalid")


class LetterFilterForm(PlaceForm):
    """Which letters to list: of a place, of a mentor."""

    def __init__(
        self,
        *args: Any,
        calendar: Calendar,
        classes: list[SchoolClass],
        mentors: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, calendar=calendar, classes=classes, **kwargs)
        choices = [("", "全部导师"), *mentors]
        self.fields["mentor"] = forms.TypedChoiceField(
            label="导师", choices=choices, coerce=int, required=False, empty_value=None
        )

    @property
    def mentor_id(self) -> int | None:
        """The chosen mentor."""
        return self.cleaned_data.get("mentor") if self.is_valid() else None


class ReleaseForm(LetterFilterForm):
    """Which letters are meant: the ticked ones, or all of a place or a mentor that are handed in, or read as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"] = forms.ChoiceField(choices=[("selected", ""), ("accepted", ""), ("all", "")])
        self.fields["letters"] = KeysField(required=False)

    @property
    def takes_all(self) -> bool:
        """Whether all handed-in letters of the place are meant."""
        return bool(self.cleaned_data["scope"] == "all")

    @property
    def takes_accepted(self) -> bool:
        """Whether all letters of the place that were found good are meant."""
        return bool(self.cleaned_data["scope"] == "accepted")


class PrintForm(forms.Form):
    """Asks for one background job; `job` is the hidden key that makes a double click harmless."""

    job = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


def _choice(label: str, choices: type[models.TextChoices], initial: str, fallback: str) -> forms.TypedChoiceField:
    """A choice among few; a post without it means `fallback`."""
    return forms.TypedChoiceField(
        label=label,
        choices=choices.choices,
        coerce=choices,
        initial=initial,
        required=False,
        empty_value=choices(fallback),
        widget=forms.RadioSelect,
    )


class BundledForm(PrintForm):
    """Asks for a job whose papers come in one PDF or as a ZIP."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bundle"] = _choice("文件", Bundle, Bundle.MERGED, Bundle.ZIP)


class BooksForm(BundledForm):
    """The record books of all mentors."""

    full_phones = forms.BooleanField(
        label="完整打印家长电话", required=False, help_text="不勾选，号码中间四位印成星号。勾选会记入日志。"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bundle"].help_text = "本数很多时，一个 PDF 会按班级分成几册。"
        self.fields["version"] = _choice("版本", BookVersion, BookVersion.MIXED, BookVersion.MIXED)
        self.order_fields(["job", "version", "bundle", "full_phones"])


class LettersForm(BundledForm):
    """The letters of one term, as letters or cards."""

    two_up = forms.BooleanField(
        label="每张 A4 印两份，带裁切线", required=False, initial=True, help_text="只用于“一个 PDF”。"
    )

    def __init__(self, *args: Any, calendar: Calendar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paper"] = _choice("印成", LetterPaper, LetterPaper.LETTER, LetterPaper.LETTER)
        self.fields["term"] = _term_field(calendar)
        self.fields["term"].initial = calendar.term.number
        self.order_fields(["job", "term", "paper", "bundle", "two_up"])


class TreeHoleForm(forms.Form):
    """How many sheets of blank 心灵树洞卡, for which age."""

    design = forms.ChoiceField(label="版式", choices=Design.choices, required=False)
    sheets = forms.IntegerField(label="张数", min_value=1, max_value=50, initial=1, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


STATE_LABELS = {
    MISSING: "未交",
    LetterState.HANDED_IN: "待校对",
    ACCEPTED: "已校对",
    SCHEDULED: "定时",
    LetterState.RETURNED: "退回",
    LetterState.RELEASED: "已发布",
}
