"""Forms of a school's grades: their names, and a grade more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms

from core.saving import ELSE
from core.text import clean_key
from schools.enums import GradeNaming, SchoolSystem
from schools.grades import ALL_GRADES, usual_names
from schools.labels import GradeName, GradeSense
from schools.models import Grade, School
from schools.queries import sense_of
from schools.services import naming_problems


@dataclass(frozen=True, slots=True)
class GradeLine:
    """A grade as the page shows it."""

    grade: Grade
    name: forms.BoundField
    short_name: forms.BoundField


class GradeNamesForm(forms.Form):
    """What a school calls its grades; wrong names are told at their field, all at once."""

    def __init__(self, school: School, grades: Sequence[Grade], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.grades = grades
        self.sense = sense_of(school, grades)
        for grade in grades:
            for column, label, length in (("name", "名称", 10), ("short_name", "简称", 6)):
                self.fields[f"{column}-{grade.number}"] = forms.CharField(
                    label=f"{grade.name}的{label}",
                    max_length=length,
                    initial=getattr(grade, column),
                    error_messages={"required": f"请写年级的{label}。"},
                )

    @property
    def lines(self) -> list[GradeLine]:
        """The grades with their two fields, the youngest first."""
        return [GradeLine(g, self[f"name-{g.number}"], self[f"short_name-{g.number}"]) for g in self.grades]

    def names(self) -> dict[int, tuple[str, str]]:
        """Name and short name of each grade, as they were typed."""
        data = self.cleaned_data
        return {
            g.number: (clean_key(data[f"name-{g.number}"]), clean_key(data[f"short_name-{g.number}"]))
            for g in self.grades
        }

    def clean(self) -> dict[str, Any]:
        """Each name means one grade alone."""
        data = super().clean() or {}
        if not self.errors:
            named = tuple(GradeName(number, *names) for number, names in self.names().items())
            sense = GradeSense(named, self.sense.system, self.sense.vocational)
            for problem in naming_problems(sense):
                error = forms.ValidationError(problem.message, code=problem.code)
                self.add_error(f"{problem.column}-{problem.number}", error)
        return data


class NewGradeForm(forms.Form):
    """A grade that the school does not have yet; without names it gets the usual ones."""

    field_of: ClassVar = {"grades_unfit": "number", "grade_exists": "number", ELSE: "short_name"}

    number = forms.TypedChoiceField(label="年级", coerce=int, error_messages={"required": "请选择年级。"})
    name = forms.CharField(
        label="名称", max_length=10, required=False, help_text="不写就用上面的叫法。本校有自己的叫法时再写，如 七年级。"
    )
    short_name = forms.CharField(
        label="简称", max_length=6, required=False, help_text="写在班级前面，如 七（1）班里的“七”。"
    )

    def __init__(self, school: School, grades: Sequence[Grade], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        present = {grade.number for grade in grades}
        system, naming = SchoolSystem(school.system), GradeNaming(school.naming)
        self.fields["number"].choices = [  # type: ignore[attr-defined]  # stubs type fields as plain Field
            ("", "请选择"),
            *((number, usual_names(number, system, naming)[0]) for number in ALL_GRADES if number not in present),
        ]
