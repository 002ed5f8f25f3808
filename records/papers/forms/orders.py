"""Forms that ask for papers: record books, letters, slips, blank cards."""

import uuid
from typing import Any

from django import forms
from django.db import models

from core.fields import TaglessForm
from records.contexts import BookVersion
from records.enums import Bundle, LetterPaper
from records.office.forms.office import term_field
from schools.calendar import YearCalendar
from schools.enums import Design


class PrintForm(TaglessForm):
    """Asks for one background job; `job` is the hidden key that makes a double click harmless."""

    job = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


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

    def __init__(self, *args: Any, calendar: YearCalendar, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paper"] = _choice("印成", LetterPaper, LetterPaper.LETTER, LetterPaper.LETTER)
        self.fields["term"] = term_field(calendar)
        self.fields["term"].initial = calendar.key
        self.order_fields(["job", "term", "paper", "bundle", "two_up"])


class TreeHoleForm(TaglessForm):
    """How many sheets of blank 心灵树洞卡, for which age."""

    design = forms.ChoiceField(label="版式", choices=Design.choices, required=False)
    sheets = forms.IntegerField(label="张数", min_value=1, max_value=50, initial=1, required=False)
