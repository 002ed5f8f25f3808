"""The last day of a family's slip."""

import datetime
from typing import Any, ClassVar

from core.fields import DayField, TaglessForm
from core.saving import ELSE
from students.rules import slip_days


class SlipEndForm(TaglessForm):
    """有效期至."""

    field_of: ClassVar = {ELSE: "ends_on"}

    ends_on = DayField(
        label="有效期至", within=lambda form: slip_days(form.today), help_text="到这一天为止，凭条还能打开。"
    )

    def __init__(self, *args: Any, today: datetime.date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(*args, **kwargs)
