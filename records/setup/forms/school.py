"""The form of what a school says of itself."""

import datetime
from typing import Any, ClassVar, Final

from django import forms

from core.days import OUT_OF_RANGE
from core.fields import DayField, ProseField
from schools.days import beginning_days
from schools.models import School

_LENGTH: Final = School._meta.get_field("emergency_card").max_length or 500


class SchoolForm(forms.Form):
    """The school's name, whom one calls in need, and since when it writes here."""

    field_of: ClassVar = {"name_missing": "name", "card_missing": "emergency_card", OUT_OF_RANGE: "began_on"}

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
    began_on = DayField(
        label="开始使用本系统的日期",
        required=False,
        within=lambda form: beginning_days(form.today),
        help_text="在这一天以前就截止的家访、谈心、书面反馈不算“已过期”，只提醒一次补登。一直在用的，可以空着。",
    )

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
