"""Forms of the admin's pages about people: roles with their dates, and accounts."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms

from accounts.enums import SCHOOL_ROLES, Role
from accounts.models import RoleGrant, User
from core.clock import cn_full_day
from core.days import Days
from core.fields import DayField
from core.saving import ELSE
from schools.models import SchoolClass


class RoleForm(forms.Form):
    """A role from a day on; 班主任 names the class."""

    field_of: ClassVar = {"date_out_of_range": "starts_on", "before_former": "starts_on", "own_power": "role"}

    role = forms.ChoiceField(label="角色", error_messages={"required": "请选择一个角色。"})
    school_class = forms.TypedChoiceField(
        label="班级",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="只有班主任需要选班级。现任班主任到新班主任开始的前一天为止。",
    )
    starts_on = DayField(label="开始日期", within=lambda form: form.days)

    def __init__(
        self,
        classes: Sequence[SchoolClass],
        holders: Mapping[int, RoleGrant],
        days: Days,
        today: datetime.date,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("initial", {"starts_on": today})
        super().__init__(*args, **kwargs)
        self.days = days
        self.classes = {school_class.pk: school_class for school_class in classes}
        self.fields["role"].choices = [  # type: ignore[attr-defined]  # stubs type fields as plain Field
            ("", "请选择"),
            *((role.value, role.label) for role in SCHOOL_ROLES),
        ]
        self.fields["school_class"].choices = [  # type: ignore[attr-defined]  # as above
            ("", "—"),
            *((found.pk, f"{found.label}{_held_by(holders.get(found.pk))}") for found in classes),
        ]

    def clean(self) -> dict[str, Any]:
        """A homeroom teacher needs a class; other roles take none."""
        data = super().clean() or {}
        if data.get("role") == Role.HOMEROOM and data.get("school_class") is None:
            self.add_error("school_class", "请选择这位班主任所带的班级。")
        return data

    def chosen_class(self) -> SchoolClass | None:
        """The class of a valid form, for 班主任 only."""
        if self.cleaned_data["role"] != Role.HOMEROOM:
            return None
        return self.classes[self.cleaned_data["school_class"]]


class ManyRolesForm(forms.Form):
    """One role for several people at once; 班主任 belongs to one class, and is given on the person's own page."""

    field_of: ClassVar = {"date_out_of_range": "starts_on", "own_power": "role"}

    role = forms.ChoiceField(
        label="角色",
        choices=[("", "请选择"), *((r.value, r.label) for r in SCHOOL_ROLES if r not in (Role.HOMEROOM, Role.MENTOR))],
        error_messages={"required": "请选择一个角色。"},
    )
    starts_on = DayField(label="开始日期", within=lambda form: form.days)

    def __init__(self, days: Days, today: datetime.date, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"starts_on": today})
        super().__init__(*args, **kwargs)
        self.days = days


class ActingForm(forms.Form):
    """Who acts 代理 for the holder of a role, from one day to another."""

    field_of: ClassVar = {"ends_before": "ends_on", "date_out_of_range": "ends_on", ELSE: "user"}

    user = forms.TypedChoiceField(
        label="请谁代理", coerce=int, empty_value=None, error_messages={"required": "请选择一位老师。"}
    )
    starts_on = DayField(label="从哪天", within=lambda form: form.days)
    ends_on = DayField(label="到哪天（含）", within=lambda form: form.days)

    def __init__(self, people: Sequence[User], days: Days, today: datetime.date, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"starts_on": today})
        super().__init__(*args, **kwargs)
        self.days = days
        self.people = {user.pk: user for user in people}
        self.fields["user"].choices = [  # type: ignore[attr-defined]  # as above
            ("", "请选择"),
            *((user.pk, f"{user.name}（{user.username}）") for user in people),
        ]


def _held_by(grant: RoleGrant | None) -> str:
    return f"（现任：{grant.user.name}，{cn_full_day(grant.starts_on)}起）" if grant is not None else ""


class AccountForm(forms.Form):
    """The name that a teacher signs in with."""

    field_of: ClassVar = {ELSE: "username"}

    username = forms.CharField(
        label="账号",
        max_length=60,
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "请填写账号。"},
    )
