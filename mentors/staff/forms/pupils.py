"""Forms of the admin's pages about pupils and about teachers who leave."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from django import forms

from core.days import Days
from core.fields import DayField, SharedSelect, options_of
from core.text import small_number
from mentors.models.slots import Mentor
from mentors.staff.services.transfers import Leaving
from schools.models import SchoolClass
from students.enums import Gender
from students.models import Enrolment, Pupil
from students.services import GuardianData, PupilData

GUARDIANS = (1, 2, 3)


class PupilForm(forms.Form):
    """A pupil's basics and up to three guardians; for a new pupil also the class."""

    name = forms.CharField(label="姓名", max_length=60, error_messages={"required": "请填写学生姓名。"})
    gender = forms.ChoiceField(
        label="性别", required=False, choices=[("", "未填"), (Gender.MALE, "男"), (Gender.FEMALE, "女")]
    )
    student_number = forms.CharField(
        label="学籍号", max_length=30, required=False, help_text="有就填；同一学籍号只能属于一名学生。"
    )
    remark = forms.CharField(
        label="备注", max_length=200, required=False, help_text="导师能看到。不要写身份证号、住址。"
    )

    def __init__(
        self, *args: Any, classes: Sequence[SchoolClass] = (), namesakes: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._classes = {school_class.pk: school_class for school_class in classes}
        if namesakes:
            there = "、".join(namesakes)
            self.fields["is_another"] = forms.BooleanField(
                label=f"是另一位同名的学生，不是{there}的那一位",
                error_messages={
                    "required": f"本校已有同名的学生：{there}。是同一位就不用再登记；是另一位，请勾选后再保存。"
                },
            )
        if classes:
            self.fields["school_class"] = class_field(classes)
            self.fields["seat_number"] = forms.IntegerField(label="座号", min_value=1, max_value=200, required=False)
            self.order_fields(["name", "is_another", "school_class", "seat_number"])
        for at in GUARDIANS:
            self.fields[f"guardian{at}_name"] = forms.CharField(label="姓名", max_length=60, required=False)
            self.fields[f"guardian{at}_relation"] = forms.CharField(
                label="关系", max_length=20, required=False, widget=forms.TextInput(attrs={"list": "relations"})
            )
            self.fields[f"guardian{at}_phone"] = forms.CharField(
                label="联系电话", max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
            )

    @property
    def basics(self) -> list[forms.BoundField]:
        """The fields above the guardians."""
        return [field for field in self if not field.name.startswith("guardian")]

    @property
    def guardian_rows(self) -> list[tuple[int, list[forms.BoundField]]]:
        """The fields of each guardian, numbered."""
        return [(at, [self[f"guardian{at}_{part}"] for part in ("name", "relation", "phone")]) for at in GUARDIANS]

    @classmethod
    def about(cls, pupil: Pupil) -> dict[str, Any]:
        """Initial values of a pupil (guardians at hand)."""
        values: dict[str, Any] = {name: getattr(pupil, name) for name in ("name", "gender", "student_number", "remark")}
        for at, guardian in enumerate(pupil.guardians.all(), start=1):
            for part in ("name", "relation", "phone"):
                values[f"guardian{at}_{part}"] = getattr(guardian, part)
        return values

    def chosen_class(self) -> SchoolClass:
        """The class of a valid form for a new pupil."""
        return self._classes[self.cleaned_data["school_class"]]

    def pupil_data(self) -> PupilData:
        """A valid form as the services take it."""
        data = self.cleaned_data
        return PupilData(
            name=data["name"],
            gender=data["gender"],
            student_number=data["student_number"],
            remark=data["remark"],
            guardians=[
                GuardianData(data[f"guardian{at}_name"], data[f"guardian{at}_relation"], data[f"guardian{at}_phone"])
                for at in GUARDIANS
            ],
        )


def class_field(classes: Sequence[SchoolClass], label: str = "班级") -> forms.TypedChoiceField:
    """A choice of one class."""
    return forms.TypedChoiceField(
        label=label,
        coerce=int,
        choices=[("", "请选择"), *((school_class.pk, school_class.label) for school_class in classes)],
        error_messages={"required": "请选择班级。"},
    )


class ClassForm(forms.Form):
    """The class that a pupil moves into; with `keep`, whether the mentor stays.

    `uncovered` are the keys of the classes whose grade has no mentors under the plan.
    """

    field_of: ClassVar = {"not_covered": "keep"}

    def __init__(
        self,
        classes: Sequence[SchoolClass],
        *args: Any,
        mentor: str = "",
        uncovered: Collection[int] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._classes = {school_class.pk: school_class for school_class in classes}
        self.fields["school_class"] = class_field(classes, "转入班级")
        self.fields["school_class"].choices = [  # type: ignore[attr-defined]  # a choice field
            ("", "请选择"),
            *((c.pk, f"{c.label}（不在方案内，不配导师）" if c.pk in uncovered else c.label) for c in classes),
        ]
        if mentor:
            self.fields["keep"] = forms.ChoiceField(
                label="导师",
                initial="release",
                widget=forms.RadioSelect,
                choices=[("release", f"{mentor}老师空出名额，由新班级重新安排"), ("keep", f"仍由{mentor}老师指导")],
            )

    def chosen_class(self) -> SchoolClass:
        """The class of a valid form."""
        return self._classes[self.cleaned_data["school_class"]]

    def keeps_mentor(self) -> bool:
        """Whether the mentor of a valid form stays."""
        return bool(self.cleaned_data.get("keep") == "keep")


SPREAD, ONE, OPEN = "spread", "one", "open"


class LeavingForm(forms.Form):
    """When a teacher left, and who takes over the pupils: several colleagues as proposed, one, or nobody yet."""

    left_on = DayField(label="离职日期", within=lambda form: form.days)

    def __init__(self, leaving: Leaving, days: Days, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"left_on": days.last, "how": SPREAD})
        super().__init__(*args, **kwargs)
        self.days = days
        self._leaving = leaving
        self._receivers = {mentor.pk: mentor for mentor in leaving.receivers}
        if not leaving.open_pupils:
            return
        ways = [(OPEN, "先空着，由班主任或德育室重新安排")]
        if leaving.successors:
            ways.insert(0, (ONE, "全部交给一位导师"))
        if leaving.receivers:
            ways.insert(0, (SPREAD, "按下面的建议交给几位导师"))
        self.fields["how"] = forms.ChoiceField(
            label="学生交给谁", choices=ways, widget=forms.RadioSelect, initial=ways[0][0]
        )
        self.fields["successor"] = forms.TypedChoiceField(
            label="接手的导师（全部交给一位导师时选）",
            coerce=int,
            empty_value=None,
            required=False,
            choices=[("", "请选择")] + [(m.pk, f"{m.names}（还有 {m.free} 个名额）") for m in leaving.successors],
        )
        offered = [("", "先空着")] + [(m.pk, f"{m.names}（{m.load}/{m.capacity}）") for m in leaving.receivers]
        options = options_of(offered)
        for row in leaving.open_pupils:
            self.fields[f"to_{row.pupil_id}"] = forms.TypedChoiceField(
                label=row.pupil.name,
                coerce=int,
                empty_value=None,
                required=False,
                choices=offered,
                initial=leaving.proposal.get(row.pupil_id) or "",
                widget=SharedSelect(options, {"data-to": "", "class": "form-select form-select-sm"}),
            )

    def clean(self) -> dict[str, Any]:
        """Handing over to one colleague needs a colleague."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("how") == ONE and not cleaned.get("successor") and "successor" not in self.errors:
            self.add_error("successor", "请选择接手的导师，或改选另一种办法。")
        return cleaned

    @property
    def rows(self) -> list[tuple[Enrolment, forms.BoundField]]:
        """Each pupil who needs another mentor, with the field for it."""
        return [(row, self[f"to_{row.pupil_id}"]) for row in self._leaving.open_pupils] if self._receivers else []

    @property
    def loads(self) -> list[tuple[Mentor, int]]:
        """The colleagues who would take pupils with their load afterwards, as the form stands now."""
        taken: Counter[int] = Counter()
        for _, bound in self.rows:
            key = small_number(str(bound.value() or ""))
            if key is not None:
                taken[key] += 1
        return [(mentor, mentor.load + taken[mentor.pk]) for mentor in self._leaving.receivers]

    @property
    def left_over(self) -> int:
        """Pupils for whom the form has nobody, as it stands now."""
        return sum(not bound.value() for _, bound in self.rows)

    def chosen(self) -> Mentor | None:
        """The one colleague of a valid form who takes over all."""
        if self.cleaned_data.get("how") != ONE:
            return None
        return self._receivers.get(self.cleaned_data.get("successor") or 0)

    def places(self) -> dict[int, int]:
        """The next mentor's key by pupil's key of a valid form; empty unless the proposal was taken."""
        if self.cleaned_data.get("how") != SPREAD:
            return {}
        wanted = {row.pupil_id: self.cleaned_data.get(f"to_{row.pupil_id}") for row in self._leaving.open_pupils}
        return {pupil: mentor for pupil, mentor in wanted.items() if mentor}
