"""Forms of the bureau: its plan, and its commendations."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms

from accounts.actors import Actor
from core.fields import ProseField
from records.bureau.models import CityPlan
from records.bureau.queries.schools import schools_seen
from records.bureau.services.city_plan import CityPlanData, base_choices
from records.bureau.services.commendations import CommendationData
from records.setup.enums import DocumentPart
from records.setup.first_texts import FIRST_TEXTS
from records.setup.services.plan_document import PART_LENGTH
from schools.models import School

_CAP: Final = 15


class CityPlanForm(forms.Form):
    """The next version of the city's plan; it begins with the one that stands, else with the usual texts."""

    field_of: ClassVar = {"title_missing": "title", "cap_wrong": "cap", "base_unknown": "base"}

    title = forms.CharField(label="方案名称", max_length=80)
    intro = ProseField(label="给学校的说明", max_length=2000, rows=3, required=False)
    base = forms.ChoiceField(label="规则以哪一份方案为基础")
    cap = forms.IntegerField(label="每位导师的学生数上限", min_value=1, max_value=60)

    def __init__(self, actor: Actor, standing: CityPlan | None, data: Mapping[str, Any] | None = None) -> None:
        texts = standing.parts if standing is not None else {part.value: FIRST_TEXTS[part] for part in DocumentPart}
        initial: dict[str, Any] = {"cap": _CAP, **texts}
        if standing is not None:
            initial |= {"title": standing.title, "intro": standing.intro, "cap": standing.rules["cap"]}
        super().__init__(data, initial=initial)
        self.fields["base"].choices = base_choices(actor)  # type: ignore[attr-defined]
        for part in DocumentPart:
            self.fields[part.value] = ProseField(label=part.label, max_length=PART_LENGTH, rows=5, required=False)

    @property
    def plan(self) -> CityPlanData:
        """What was typed; of a valid form."""
        given = self.cleaned_data
        parts = {part.value: given[part.value] for part in DocumentPart}
        return CityPlanData(given["title"], given["base"], given["cap"], given["intro"], parts)


class CommendationForm(forms.Form):
    """Whom the bureau commends, and for what: facts, in its own words."""

    field_of: ClassVar = {"school_unknown": "school", "facts_missing": "facts", "title_missing": "title"}

    school: "forms.ModelChoiceField[School]" = forms.ModelChoiceField(None, label="学校", empty_label="请选择")
    teacher_name = forms.CharField(label="教师姓名", max_length=60, required=False)
    title = forms.CharField(label="名称", max_length=40)
    facts = forms.CharField(label="事迹", max_length=400, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, actor: Actor, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["school"].queryset = schools_seen(actor)  # type: ignore[attr-defined]
        self.fields["teacher_name"].help_text = "表彰学校时不填。"
        self.fields["title"].help_text = "如：全员导师制工作先进学校、优秀导师。"
        self.fields["facts"].help_text = "做了什么、起了什么作用，会印在证书上。不写分数和名次，不写学生姓名。"

    @property
    def commendation(self) -> CommendationData:
        """What was typed; of a valid form."""
        given = self.cleaned_data
        return CommendationData(given["school"], given["teacher_name"], given["title"], given["facts"])
