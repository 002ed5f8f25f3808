"""Forms of 德育室: a term and a place, and which pupils to list."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.layout import Field, Layout
from django import forms

from core.fields import TaglessForm
from core.text import small_number
from schools.calendar import YearCalendar
from schools.models import SchoolClass


def term_field(calendar: YearCalendar) -> forms.ChoiceField:
    """The terms of this year and of former ones, by `YearCalendar.key`."""
    return forms.ChoiceField(label="学期", choices=calendar.term_choices, required=False)


def _class_choices(classes: list[SchoolClass]) -> list[tuple[str, Any]]:
    """All, each grade as a whole, and its classes beneath it."""
    choices: list[tuple[str, Any]] = [("", "全校")]
    grades: dict[str, list[tuple[str, str]]] = {}
    for school_class in classes:
        grade = school_class.grade
        rows = grades.setdefault(grade.name, [(f"g{grade.pk}", f"{grade.name}全部")])
        rows.append((f"c{school_class.pk}", school_class.label))
    return choices + list(grades.items())


def _label_of(choices: Iterable[tuple[Any, Any]], value: str) -> str:
    """What a list to choose from calls `value`, in its groups too."""
    flat = [pair for key, label in choices for pair in ([(key, label)] if isinstance(label, str) else label)]
    return str(next(label for key, label in flat if str(key) == value))


class PlaceForm(TaglessForm):
    """A term and a place (school, grade or class); wrong values fall back to the whole, they are no error."""

    def __init__(self, *args: Any, calendar: YearCalendar, classes: list[SchoolClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.calendar = calendar
        self.fields["term"] = term_field(calendar)
        self.fields["place"] = forms.ChoiceField(label="范围", choices=_class_choices(classes), required=False)

    @property
    def place(self) -> str:
        """The chosen place as it stands in addresses; empty for the school."""
        return str(self.cleaned_data.get("place", "")) if self.is_valid() else ""

    @property
    def place_label(self) -> str:
        """The chosen place in words."""
        return _label_of(self.fields["place"].choices, self.place).removesuffix("全部")  # type: ignore[attr-defined]  # a ChoiceField has choices

    def _place(self, letter: str) -> int | None:
        return int(self.place[1:]) if self.place.startswith(letter) else None

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

    def __init__(self, *args: Any, calendar: YearCalendar, classes: list[SchoolClass], **kwargs: Any) -> None:
        super().__init__(*args, calendar=calendar, classes=classes, **kwargs)
        choices = [("", "所有学生"), ("none", "一项都没有完成"), ("no_mentor", "还没有导师")]
        choices += [(a, f"{calendar.label(a)}未完成") for a in calendar.rules.required]
        self.fields["show"] = forms.ChoiceField(label="显示", choices=choices, required=False)
        self.helper.layout = Layout(Field("show"), Field("place"), Field("term"))

    @property
    def show(self) -> str:
        """The chosen filter, empty for all."""
        return str(self.cleaned_data["show"]) if self.is_valid() else ""

    @property
    def in_words(self) -> str:
        """Term and filters, as a paper says them beneath its heading."""
        shown = _label_of(self.fields["show"].choices, self.show)  # type: ignore[attr-defined]  # as above
        return f"{self.calendar.term}　{self.place_label}　{shown}"


class KeysField(forms.MultipleChoiceField):
    """Whole numbers; whether they are letters or books of this school and term is asked by the service."""

    def validate(self, value: list[str]) -> None:
        """Anything but whole numbers is refused."""
        if any(small_number(key) is None for key in value):
            raise forms.ValidationError("请重新选择。", code="invalid")
