"""The desk's short forms: everything that can be known is filled in, so that saving needs no typing."""

import dataclasses
import datetime
from collections.abc import Sequence
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.db.models import TextChoices
from django.forms.boundfield import BoundWidget

from core.fields import DayField, ProseField, TaglessForm
from core.saving import VersionedForm
from records.danger import Danger, look
from records.desk.services.briefs import BRIEF_LENGTH
from records.desk.services.notes import BOUNDS, TalkData, VisitData
from records.enums import Occasion, Strategy, TalkForm, VisitForm
from records.models.records import GrowthLetter, Note
from schools.days import FOLLOW_UP, coming_days, past_days
from schools.enums import NoteVisibility, VisitOutcome
from schools.models import SchoolYear

PICKS = "desk/fields/picks.html"
PUPIL_PICKS = "desk/fields/pupil_picks.html"

#: Who can read a note, in words; `records.rules.can_read_text` holds it to them.
READERS = (
    (NoteVisibility.TEAM, "导师团"),
    (NoteVisibility.OFFICE, "我和德育室"),
    (NoteVisibility.COUNSELLOR, "我和心理老师"),
    (NoteVisibility.AUTHOR, "仅本人"),
)


def chosen(label: str, codes: type[TextChoices]) -> forms.TypedChoiceField:
    """A field in which one of a few things is tapped."""
    return forms.TypedChoiceField(label=label, choices=codes.choices, coerce=codes, widget=forms.RadioSelect)


class Fold(Div):  # type: ignore[misc]  # crispy carries no types
    """Secondary fields behind a line to tap; open if one of them has an error or is filled."""

    template = "desk/fields/fold.html"

    def __init__(self, title: str, *fields: object, is_open: bool = False) -> None:
        super().__init__(*fields)
        self.title = title
        self.is_open = is_open


class RecordForm(VersionedForm):
    """What all forms of the desk have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False
        self.helper.disable_csrf = True  # The page's own form tag carries the token.
        self.helper.template = "desk/fields/form.html"

    def opens(self, *names: str) -> bool:
        """Whether a fold with these fields shows at once: an error or something filled in lies inside."""
        return any(
            self.errors.get(n) if self.is_bound else self.get_initial_for_field(self.fields[n], n) for n in names
        )


class NoteForm(RecordForm):
    """Date, text and readers of a visit or a talk. Fields are called as in the model, but for `renamed`."""

    #: What the service takes, and so which fields there are.
    typed: ClassVar[type[VisitData | TalkData]]
    #: Not "form": an input of that name hides the `form` property that htmx reads.
    renamed: ClassVar = {"way": "form"}
    #: Fields with people that are compared with those of a stored record.
    people: ClassVar[tuple[str, ...]] = ()
    field_of: ClassVar = {"date_out_of_range": "date", "no_pupil": "pupils"}
    # The same form came a second time (back button) with other words.
    sent_before = "这份表单刚才已经保存过一次。要改内容，请在学生的页上打开那条记录，点“修改”。"

    date = DayField(label="日期", within=lambda form: past_days(form.year, form.today))
    text = ProseField(label="记几句（可不填）", max_length=5000, rows=4)
    visibility = forms.TypedChoiceField(
        label="谁可以看这段文字",
        choices=READERS,
        coerce=NoteVisibility,
        widget=forms.RadioSelect,
        help_text="导师团：这位同学的导师、班主任和德育室。心理老师：本校的心理老师，德育室看不到。仅本人：只有您自己。",
    )
    follow_up_on = DayField(
        label="后续跟进日期", required=False, within=lambda form: past_days(form.year, form.today + FOLLOW_UP)
    )

    def __init__(self, *args: Any, year: SchoolYear, today: datetime.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year, self.today = year, today

    @property
    def danger(self) -> Danger:
        """What the words in the form give reason for, told to whoever writes them."""
        fields = [name for name, field in self.fields.items() if isinstance(field, ProseField)]
        return look("\n".join(str(self[name].value() or "") for name in fields))

    @classmethod
    def columns(cls) -> list[tuple[str, str]]:
        """Each column of the model that is typed, with the name of its field."""
        names = {column: name for name, column in cls.renamed.items()}
        return [(part.name, names.get(part.name, part.name)) for part in dataclasses.fields(cls.typed)]

    @classmethod
    def initial_of(cls, note: Note) -> dict[str, Any]:
        """The stored note as the form shows it."""
        people = {name: sorted(person.pk for person in getattr(note, name).all()) for name in cls.people}
        return {name: getattr(note, column) for column, name in cls.columns()} | people | {"version": note.version}

    def clean(self) -> dict[str, Any]:
        """A follow-up comes after what it follows."""
        cleaned = super().clean() or self.cleaned_data
        date = cleaned.get("date")
        for name, days in BOUNDS.items():
            if date and (day := cleaned.get(name)) and (problem := days(date).problem(day)):
                self.add_error(name, problem)
        return cleaned

    def is_what(self, stored: Note) -> bool:
        """Whether `stored` holds what was typed: then a second post of the form is done already."""
        kept = self.initial_of(stored)
        del kept["version"]
        return all(_unordered(self.cleaned_data[name]) == _unordered(value) for name, value in kept.items())


def _unordered(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


class VisitEntryForm(NoteForm):
    """A home visit 家访 (Guyi plan, 四(三)1). `teachers` are (key, name) pairs of who may have taken part."""

    typed = VisitData
    people = ("teachers",)

    outcome = chosen("结果", VisitOutcome)
    way = chosen("方式", VisitForm)
    teachers = forms.TypedMultipleChoiceField(
        label="参加的老师", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    guardians_met = forms.CharField(
        label="见到的家长",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "如：母亲、外公"}),
    )
    agreement = ProseField(label="与家长的约定", max_length=1000, rows=2)
    moved_to = DayField(label="改到哪一天", required=False, within=lambda form: coming_days(form.year, form.today))

    def __init__(self, *args: Any, teachers: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teachers"].choices = list(teachers)  # type: ignore[attr-defined]  # a choice field
        more = ("guardians_met", "agreement", "follow_up_on")
        self.helper.layout = Layout(
            "submission",
            "version",
            Field("date"),
            Field("outcome", template=PICKS),
            Field("moved_to", wrapper_class="when-postponed"),
            Field("way", template=PICKS),
            Field("text"),
            Field("visibility", template="desk/fields/readers.html"),
            Fold("补充细节", Field("teachers", template=PICKS), *more, is_open=self.opens(*more)),
        )

    def clean(self) -> dict[str, Any]:
        """A visit that is put off, when it is logged or afterwards, has its new day: it becomes a planned one."""
        cleaned = super().clean()
        asks = cleaned.get("outcome") == VisitOutcome.POSTPONED != self.initial.get("outcome")
        if asks and not cleaned.get("moved_to") and "moved_to" not in self.errors:
            self.add_error("moved_to", "改约了，请选改到哪一天。到那天“家访安排”里会提醒您。")
        return cleaned

    def visit_data(self) -> VisitData:
        """What was typed, for the service."""
        return VisitData(**{column: self.cleaned_data[name] for column, name in self.columns()})


class TalkEntryForm(NoteForm):
    """A talk 谈心谈话 (Guyi plan, 四(三)1; Wuhu plan, 五(三)).

    `companions` are (key, name) pairs of the mentor's other pupils.
    """

    typed = TalkData
    together = "还有同学一起谈"

    way = chosen("方式", TalkForm)
    occasion = chosen("时机", Occasion)
    pupils = forms.TypedMultipleChoiceField(
        label="一起谈的同学", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    strategies = forms.MultipleChoiceField(
        label="策略", choices=Strategy.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    place = forms.CharField(
        label="地点",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "如：操场边、图书角"}),
    )
    home_contacted = forms.BooleanField(label="已与家长沟通", required=False)

    def __init__(
        self, *args: Any, companions: Sequence[tuple[int, str]], classes: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pupils"].choices = list(companions)  # type: ignore[attr-defined]  # a choice field
        # Companions without a class (who is no longer one's own) come last.
        self.class_of = dict(zip((str(key) for key, _name in companions), classes, strict=False))
        more = ("strategies", "place", "home_contacted", "follow_up_on")
        together = (
            [Fold(self.together, Field("pupils", template=PUPIL_PICKS), is_open=self.opens("pupils"))]
            if companions
            else []
        )
        self.helper.layout = Layout(
            "submission",
            "version",
            Field("date"),
            Field("way", template=PICKS),
            Field("occasion", template=PICKS),
            *together,
            Field("text"),
            Field("visibility", template="desk/fields/readers.html"),
            Fold("补充细节", Field("strategies", template=PICKS), *more[1:], is_open=self.opens(*more)),
        )

    def pupil_groups(self) -> list[tuple[str, list[BoundWidget]]]:
        """The companions' boxes class by class: one tap takes a whole class."""
        groups: dict[str, list[BoundWidget]] = {}
        for choice in self["pupils"]:
            groups.setdefault(self.class_of.get(str(choice.data["value"]), ""), []).append(choice)
        return sorted(groups.items(), key=lambda group: not group[0])

    def talk_data(self) -> TalkData:
        """What was typed, for the service."""
        return TalkData(**{column: self.cleaned_data[name] for column, name in self.columns()})


class TalkChangeForm(TalkEntryForm):
    """A stored talk: with whom it was can be changed as well. `companions` are all who may have been there."""

    together = "和谁谈的"
    people = ("pupils",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pupils"].label = "参加谈心的同学"
        self.fields["pupils"].required = True
        self.fields["pupils"].error_messages["required"] = "请至少选择一位学生。"


class LetterForm(RecordForm):
    """A growth letter 成长寄语; advice 成长建议 only where the plan asks for it (Wuhu plan 五(三))."""

    body = ProseField(label="正文", max_length=4000, rows=10)
    advice = ProseField(label="成长建议", max_length=1000, rows=4)
    # What the writer has waved aside of the checks' findings, as keys.
    known = forms.CharField(required=False, max_length=4000, widget=forms.HiddenInput)

    def __init__(self, *args: Any, with_advice: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_advice:
            del self.fields["advice"]
        self.fields["body"].help_text = "用“你”来写，从一件具体的小事写起。不写分数、名次，也不与别人比较。"
        shown = [name for name in ("body", "advice") if name in self.fields]
        self.helper.layout = Layout("submission", "version", "known", *shown)

    @staticmethod
    def initial_of(stored: GrowthLetter | None) -> dict[str, Any]:
        """The stored letter as the form shows it."""
        if stored is None:
            return {}
        known = " ".join(stored.known_findings)
        return {"version": stored.version, "body": stored.body, "advice": stored.advice, "known": known}

    def clean_body(self) -> str:
        """A letter has a text, even as a draft."""
        body: str = self.cleaned_data["body"]
        if not body:
            raise forms.ValidationError("寄语还没有写，写几句再保存。", code="letter_empty")
        return body


class BriefForm(TaglessForm):
    """学生情况简述, one line of the roster table."""

    brief = forms.CharField(
        label="学生情况简述",
        max_length=BRIEF_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="会印在记录本的名册上。不写诊断、处分等敏感内容。",
        error_messages={"max_length": "最多写 %(limit_value)d 字，现在有 %(show_value)d 字，请删减一些。"},
    )
