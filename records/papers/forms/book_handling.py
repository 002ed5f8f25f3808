"""Forms of 记录本收发: which books to show, what was done with which of them and when, and a remark."""

from typing import Any, Final

from django import forms
from django.http import QueryDict

from core.days import Days
from core.fields import DayField, TaglessForm
from records.enums import BookStep
from records.office.forms.office import KeysField, PlaceForm
from records.papers.queries.book_handling import STATES, WAITING

STATE_LABELS: Final[dict[str, str]] = {
    WAITING: "未发",
    BookStep.ISSUED: "已发",
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
