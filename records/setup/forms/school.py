"""The form of what a school says of itself."""

from typing import ClassVar, Final

from django import forms

from core.fields import ProseField
from schools.models import School

_LENGTH: Final = School._meta.get_field("emergency_card").max_length or 500


class SchoolForm(forms.Form):
    """The school's name, and whom one calls in need."""

    field_of: ClassVar = {"name_missing": "name", "card_missing": "emergency_card"}

    name = forms.CharField(
        label="校名", max_length=60, help_text="印在记录本、寄语、导师证等所有打印件上，也显示在每一页的上方。"
    )
    emergency_card = ProseField(
        label="紧急联系卡",
        max_length=_LENGTH,
        rows=6,
        help_text=(
            "每行写一个电话，按希望的顺序排列，如“心理老师办公室 0553-1234567（工作日）”。手机上点号码就能拨打。"
        ),
    )
