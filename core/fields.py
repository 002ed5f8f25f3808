"""Form fields of every app: a day, and free text."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

EXPIRED = "这个表单已经过期，请刷新页面后再填一次。"


class DayField(forms.DateField):
    """A day, by the phone's own calendar; typed ones are understood as well."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(**kwargs)
        self.error_messages["required"] = "请选择日期。"
        self.error_messages["invalid"] = "日期不对，请按“2026-09-03”的样子填写。"


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
