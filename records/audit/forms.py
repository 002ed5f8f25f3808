"""The form of how long 使用记录 is kept."""

from typing import ClassVar

from django import forms

from schools.contexts import AUDIT_MONTHS


class KeepingForm(forms.Form):
    """So many months."""

    field_of: ClassVar = {"months_out_of_range": "months"}

    # Its bounds are the service's, whose sentence says what was typed.
    months = forms.IntegerField(
        label="保留几个月",
        help_text=f"{AUDIT_MONTHS[0]}—{AUDIT_MONTHS[1]} 个月。更早的记录会在夜里删除，删了就找不回来。",
        error_messages={"required": "请写保留几个月。", "invalid": "请写一个整数，如 24。"},
    )
