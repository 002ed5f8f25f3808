"""Forms of 记录本收发: which books to show, what was done with which of them and when, and a remark."""

from collections.abc import Sequence
from typing import Any, ClassVar, Final

from django import forms
from django.http import QueryDict

from core.days import Days
from core.fields import EXPIRED, DayField, ProseField, TaglessForm
from core.saving import ELSE
from records.enums import BookStep
from records.office.forms.office import KeysField, PlaceForm
from records.papers.models import BookCheckItem
from records.papers.queries.book_handling import RETURNED, STATES, WAITING
from records.papers.services.book_handling import ITEM_LENGTH, MOST_ITEMS

STATE_LABELS: Final[dict[str, str]] = {
    WAITING: "未发",
    BookStep.ISSUED: "已发",
    RETURNED: "退回补写",
    BookStep.COLLECTED: "已收",
    BookStep.CHECKED: "已检查",
}
#: What the buttons send: a step for the ticked books, or for all of the place that are ready for it.
ALL: Final = "all-"


class HandledBooksForm(PlaceForm):
    """Which books to show: of a place and a term, in one state or all."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"] = forms.ChoiceField(choices=[("", "全部"), *STATE_LABELS.items()], required=False)

    @property
    def state(self) -> str:
        """One of `STATES`, or empty for all."""
        value = self.cleaned_data.get("state", "") if self.is_valid() else ""
        return str(value) if value in STATES else ""

    @property
    def place(self) -> str:
        """The chosen place as the address carries it."""
        return str(self.cleaned_data.get("place", "")) if self.is_valid() else ""


class StepForm(forms.Form):
    """One step for some books; `act` is a step, or `all-` and a step."""

    # A book is checked by reading it: not all at once.
    act = forms.ChoiceField(
        choices=[
            *BookStep.choices,
            *((f"{ALL}{step.value}", step.label) for step in (BookStep.ISSUED, BookStep.COLLECTED)),
        ]
    )
    books = KeysField(required=False)

    @property
    def step(self) -> BookStep:
        """The step that is meant."""
        return BookStep(self.cleaned_data["act"].removeprefix(ALL))

    @property
    def takes_all(self) -> bool:
        """Whether all books of the place are meant that are ready for the step."""
        return str(self.cleaned_data["act"]).startswith(ALL)

    @property
    def keys(self) -> list[int]:
        """Keys of the ticked books' slots."""
        return [int(key) for key in self.cleaned_data["books"]]


class MarkForm(StepForm):
    """And the day on which it was done."""

    on = DayField(label="日期", within=lambda form: form.days)

    def __init__(self, data: QueryDict, days: Days) -> None:
        super().__init__(data)
        self.days = days


class RemarkForm(TaglessForm):
    """A word among 德育室 about one book."""

    remark = forms.CharField(
        label="备注",
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="只有德育室能看到，不会印在登记表上。",
        error_messages={"max_length": "备注最多 200 字，请写短一些。"},
    )


class ReturnForm(TaglessForm):
    """Why a book is given back."""

    field_of: ClassVar = {ELSE: "why"}

    made_up = forms.MultipleChoiceField(
        label="要补的项目",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": EXPIRED},
    )
    why = forms.CharField(
        label="退回说明",
        required=False,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="导师会在“我的学生”页和通知里看到。",
        error_messages={"max_length": "退回说明最多 200 字，请写短一些。"},
    )

    def __init__(self, items: Sequence[BookCheckItem], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if items:
            choices = [(item.text, item.text) for item in items]
            self.fields["made_up"].choices = choices  # type: ignore[attr-defined]  # a choice field
        else:
            del self.fields["made_up"]


class CheckItemsForm(TaglessForm):
    """The school's own check-list, a line each."""

    field_of: ClassVar = {ELSE: "lines"}

    lines = ProseField(
        label="检查要点",
        max_length=(ITEM_LENGTH + 1) * MOST_ITEMS,
        rows=8,
        help_text=f"一行一条，最多 {MOST_ITEMS} 条。退回记录本时可以勾选，导师会看到要补哪几项。",
    )


class ScanForm(TaglessForm):
    """The code of a cover, read by a camera or typed, and what is to be done with the book."""

    code = forms.CharField(
        label="封面上的编号",
        max_length=200,
        error_messages={"required": "请扫描或输入封面上的编号。"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    do = forms.ChoiceField(
        label="扫到以后",
        choices=[("look", "打开这一本"), (BookStep.ISSUED, "登记发下"), (BookStep.COLLECTED, "登记收回")],
    )
