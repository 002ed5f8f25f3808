"""What forms of every app are made of: a day, a moment, free text, and the form inside of a page's own tag."""

import datetime
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from core.days import OUT_OF_RANGE, Days

#: How a browser writes a moment.
MOMENT = "%Y-%m-%dT%H:%M"
YEARS = range(2000, 2101)
EXPIRED = "这个表单已经过期，请刷新页面后再填一次。"


class TaglessForm(forms.Form):
    """A form for `{% crispy %}` without a tag of its own: the page's tag stands around it and carries the token."""

    @cached_property
    def helper(self) -> FormHelper:
        """How crispy sets the form; each form has its own, so that a layout can be put in."""
        helper = FormHelper()
        helper.form_tag, helper.disable_csrf = False, True
        return helper


class _Bounded(forms.Field):
    """What has a day in it. `within` says of its form which days can be meant: no field is without bounds."""

    def __init__(self, *, within: Callable[[Any], Days], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.within = within
        self.days: Days | None = None

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> forms.BoundField:
        """As part of `form`, which knows the school year: the browser's calendar ends at the bounds as well."""
        self.days = self.within(form)
        self.widget.attrs |= {"min": self.shown(self.days.first, "00:00"), "max": self.shown(self.days.last, "23:59")}
        return super().get_bound_field(form, field_name)

    def shown(self, day: datetime.date, time: str) -> str:
        """A bound as the widget takes it."""
        return day.isoformat()

    def validate(self, value: Any) -> None:
        """Not empty if required, and within the bounds."""
        super().validate(value)
        if value in self.empty_values:
            return
        day = timezone.localtime(value).date() if isinstance(value, datetime.datetime) else value
        problem = self.days.problem(day) if self.days is not None else "no bounds outside of a form"
        if problem:
            raise forms.ValidationError(problem, code=OUT_OF_RANGE)


class DayField(_Bounded, forms.DateField):
    """A day, by the phone's own calendar; typed ones are understood as well."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)
        self.error_messages["required"] = "请选择日期。"
        self.error_messages["invalid"] = "日期不对，请按“2026-09-03”的样子填写。"


class MomentField(_Bounded, forms.DateTimeField):
    """A day and a time of day, in the schools' time zone."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT))
        super().__init__(input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **kwargs)
        self.error_messages["required"] = "请填写日期和时间。"
        self.error_messages["invalid"] = "请填写日期和时间，例如 2026-09-10 20:00。"

    def shown(self, day: datetime.date, time: str) -> str:
        """With the time: a bare day is no bound for this widget."""
        return f"{day.isoformat()}T{time}"

    def to_python(self, value: Any) -> datetime.datetime | None:
        """A moment that can be meant: the years 1 and 9999 leave the calendar in another time zone."""
        year = str(value or "").strip()[:4]
        if year.isdecimal() and int(year) not in YEARS:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class ProseField(forms.CharField):
    """Free text. A line break counts as one character, as it does in the browser's own counter."""

    def __init__(self, *, max_length: int, rows: int, **kwargs: Any) -> None:
        kwargs.setdefault("required", False)
        super().__init__(max_length=max_length, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)
        self.error_messages["required"] = "请写几句再保存。"
        self.error_messages["max_length"] = "最多写 %(limit_value)d 字，现在有 %(show_value)d 字，请删减一些。"

    def to_python(self, value: Any) -> str:
        """The text with line breaks of one kind."""
        if isinstance(value, str):
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        return super().to_python(value) or ""


class SharedSelect(forms.Select):
    """One of many selects that offer the same long list: its options are written out once, by `options_of`."""

    def __init__(self, options: SafeString, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.written = options

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        """The options with that of `value` chosen."""
        found = format_html('<option value="{}">', "" if value is None else value)
        options = self.written.replace(found, found[:-1] + " selected>", 1)
        return format_html(
            '<select name="{}"{}>{}</select>',
            name,
            flatatt(self.build_attrs(self.attrs, attrs)),
            mark_safe(options),  # noqa: S308 - escaped by options_of
        )


def options_of(choices: Iterable[tuple[object, str]]) -> SafeString:
    """The options of `choices` as HTML, for several `SharedSelect`."""
    return format_html_join("", '<option value="{}">{}</option>', choices)
