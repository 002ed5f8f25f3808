"""A kind of record is described once: nothing of a record is left out of its kind, and no kind lacks a part."""

import dataclasses
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

import pytest
from django.db import models
from django.test.utils import isolate_apps
from django.urls import reverse

from accounts.actors import Actor
from records.care.forms import HomeForm, TreeHoleCardForm
from records.contexts import Entry
from records.desk.forms.records import (
    LetterForm,
    NoteForm,
    RecordForm,
    TalkChangeForm,
    TalkEntryForm,
    VisitEntryForm,
)
from records.desk.models import Attachment
from records.desk.services.notes import BOUNDS, TalkData, VisitData
from records.enums import RecordKind
from records.kinds import (
    FormKey,
    Kind,
    Printed,
    Shown,
    all_kinds,
    kind_called,
    kind_of,
    printed_kinds,
    record_kinds,
    register,
)
from records.models.records import Record
from schools.models import SchoolYear
from tests.cast import TODAY, SchoolCast
from tests.records.builders import talk

KINDS = [pytest.param(kind, id=kind.key.value) for kind in all_kinds()]


def columns_of(model: type[models.Model]) -> list[str]:
    return [column.name for column in (*model._meta.concrete_fields, *model._meta.many_to_many)]


def home_of(kind: Kind) -> str:
    """The file in which the kind is registered."""
    find = kind.forms[0].find
    return f"{getattr(find, 'func', find).__module__.replace('.', '/')}.py"


def misplaced(kind: Kind) -> list[str]:
    """What to do about columns that are not said once, kept or left out; and about names that are no column."""
    said, there, model = Counter([*kind.kept, *kind.unkept]), columns_of(kind.model), kind.model.__name__
    missing = [f"{model}.{name}: add it to `kept` or `unkept`" for name in there if said[name] == 0]
    doubled = [f"{model}.{name}: say it once, in `kept` or `unkept`" for name in there if said[name] > 1]
    unknown = [f"{model}.{name}: no column, take it out of `kept` and `unkept`" for name in said if name not in there]
    return [f"{sentence} in {home_of(kind)}" for sentence in (*missing, *doubled, *unknown)]


def unshown(kind: Kind) -> list[str]:
    """What to do about kept columns that stand neither on a pupil's page nor in the record book, without a reason."""
    places: list[tuple[str, Collection[str], Mapping[str, str]]] = []
    if kind.details:
        places.append(("", [shown.name for shown in kind.details], kind.unshown))
    if (printed := kind.printed) is not None:
        names = [*printed.text, *(shown.name for shown in printed.details)]
        places.append(("printed.", names, printed.unshown))
    return [
        f"{kind.model.__name__}.{name}: say it once, in `{place}details` or `{place}unshown` in {home_of(kind)}"
        for place, shown, left_out in places
        for name in dict.fromkeys((*kind.kept, *left_out))
        if name != kind.people and Counter([*shown, *left_out])[name] * (name in kind.kept) != 1
    ]


def opens_nothing(_actor: Actor, _pk: int) -> None:
    """The form of the kind below."""


def fixed_kind() -> Kind:
    """A kind that no change of the records touches."""

    class Diary(models.Model):
        pupil = models.CharField()
        date = models.DateField()
        text = models.TextField()
        next_on = models.DateField()

        class Meta:
            app_label = "records"

        def __str__(self) -> str:
            return "diary"

    return Kind(
        key=RecordKind.TALK,
        model=Diary,
        people="pupil",
        kept=("pupil", "date", "text", "next_on"),
        unkept={"id": "the version's own record_id"},
        prose=("text",),
        forms=(FormKey("diary/#", opens_nothing),),
        details=(Shown("跟进", "next_on"),),
        unshown={"date": "in the entry's first line", "text": "the entry's own text"},
        printed=Printed(
            heading="日记",
            word="日记",
            rows=list,
            entry=lambda record, _mentors, _label: Entry(on=record.date),
            details=(Shown("跟进", "next_on"),),
            unshown={"date": "in the entry's first line"},
        ),
    )


def models_below(model: type[models.Model]) -> set[type[models.Model]]:
    below = {found for child in model.__subclasses__() for found in models_below(child)}
    return below if model._meta.abstract else {model, *below}


def test_every_kind_is_registered_and_every_record_has_a_kind() -> None:
    assert [kind.key for kind in all_kinds()] == list(RecordKind)
    assert {kind.model for kind, _deletion in record_kinds()} == models_below(Record)
    with pytest.raises(ValueError, match="twice"):
        register(kind_called("talk"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_column_is_kept_in_versions_or_left_out_with_a_reason(kind: Kind) -> None:
    assert misplaced(kind) == []
    assert [name for name, reason in kind.unkept.items() if len(reason) < 10] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kept_column_is_shown_and_printed_or_left_out_with_a_reason(kind: Kind) -> None:
    """Seen: a new field was saved and kept in versions, and stood on no page and no paper; no test failed."""
    assert unshown(kind) == []


@isolate_apps("records")
def test_a_forgotten_a_doubled_and_an_unknown_column_are_told_in_words() -> None:
    kind, here = fixed_kind(), "tests/records/test_kinds.py"
    assert (misplaced(kind), unshown(kind)) == ([], [])
    assert misplaced(dataclasses.replace(kind, kept=("pupil", "date", "text", "id", "mood"))) == [
        f"Diary.next_on: add it to `kept` or `unkept` in {here}",
        f"Diary.id: say it once, in `kept` or `unkept` in {here}",
        f"Diary.mood: no column, take it out of `kept` and `unkept` in {here}",
    ]
    assert kind.printed is not None
    printed = dataclasses.replace(kind.printed, text=("text", "next_on"))
    assert unshown(dataclasses.replace(kind, details=(Shown("心情", "date"),), printed=printed)) == [
        f"Diary.date: say it once, in `details` or `unshown` in {here}",
        f"Diary.next_on: say it once, in `details` or `unshown` in {here}",
        f"Diary.next_on: say it once, in `printed.details` or `printed.unshown` in {here}",
    ]
    assert unshown(dataclasses.replace(kind, unshown={**kind.unshown, "mood": "no column"})) == [
        f"Diary.mood: say it once, in `details` or `unshown` in {here}"
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kept_column_has_a_word_and_every_code_in_it(kind: Kind) -> None:
    coded = {
        name
        for name in kind.kept
        if isinstance(column := kind.model._meta.get_field(name), models.JSONField | models.BooleanField)
        or getattr(column, "choices", None)
    }
    assert [name for name in kind.kept if kind.word(name).isascii()] == []
    assert kind.label.isascii() is False
    assert {name for name in kind.kept if kind.labels(name)} == coded
    assert [name for name in (*kind.prose, *kind.words, *kind.printed_columns) if name not in kind.kept] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_form_has_its_page(kind: Kind) -> None:
    pages = {form.shape: reverse(form.page, args=[7]).count("7") for form in kind.forms if form.page}
    # A card that is typed in from paper has no address that a draft could lead back to.
    assert pages == {form.shape: 1 for form in kind.forms if form.shape != "card/new"}


def test_whatever_can_be_deleted_can_have_files_and_stands_in_the_book() -> None:
    kinds = [kind for kind, _deletion in record_kinds()]
    assert [kind.model for kind in kinds] == [
        Attachment._meta.get_field(kind.key.value).related_model for kind in kinds
    ]
    # In the order of the record book's columns (Guyi plan, 四(三)1).
    assert [kind.key.value for kind, _printed in printed_kinds()] == ["visit", "talk", "letter"]
    assert [kind.key for kind in kinds] == [kind.key for kind, _printed in printed_kinds()]


@pytest.mark.parametrize("kind, form", [("visit", VisitEntryForm), ("talk", TalkEntryForm), ("talk", TalkChangeForm)])
def test_what_is_typed_is_called_as_in_the_model(kind: str, form: type[NoteForm]) -> None:
    known = kind_called(kind)
    people = {name for name in known.kept if known.model._meta.get_field(name).related_model}
    typed = {part.name for part in dataclasses.fields(form.typed)}
    data, kept = form.typed.__name__, set(known.kept) - people
    assert [f"{data}.{name}: type it, or move it from `kept` to `unkept`" for name in sorted(kept - typed)] == []
    assert [f"{data}.{name}: add it to the model and to `kept`" for name in sorted(typed - kept)] == []
    shown = {form.renamed.get(name, name) for name in form.base_fields} - {"submission", "version"} - people
    # The new day of a visit that was put off becomes a plan, not a part of the record.
    shown -= {"moved_to"}
    assert [f"{form.__name__}.{name}: make it a field of the form" for name in sorted(typed - shown)] == []
    assert [f"{form.__name__}.{name}: add it to {data}" for name in sorted(shown - typed)] == []


#: What each field is called: in its form's model, beside a text on a page, beside a text in the record book.
WORDS = {
    "visit": {
        "date": ("日期", "", ""),
        "outcome": ("结果", "", "结果"),
        "form": ("方式", "", ""),
        "pupil": ("学生", "", ""),
        "teachers": ("参加的老师", "参加", "参加"),
        "guardians_met": ("见到的家长", "家长", "家长"),
        "text": ("内容", "", ""),
        "agreement": ("与家长的约定", "约定", "约定"),
        "follow_up_on": ("后续跟进日期", "跟进", "回访"),
        "visibility": ("谁可以看", "", ""),
        "from_paper": ("纸质补录", "", "来源"),
    },
    "talk": {
        "date": ("日期", "", ""),
        "form": ("方式", "", "形式"),
        "occasion": ("时机", "", ""),
        "pupils": ("学生", "", ""),
        "strategies": ("策略", "策略", "策略"),
        "place": ("地点", "地点", "地点"),
        "text": ("内容", "", ""),
        "home_contacted": ("已与家长沟通", "家校", "家校沟通"),
        "follow_up_on": ("后续跟进日期", "跟进", "再谈"),
        "visibility": ("谁可以看", "", ""),
        "created_by": ("created by", "", "参加"),
        "from_paper": ("纸质补录", "", "来源"),
    },
}


@pytest.mark.parametrize("kind", [pytest.param(kind_called(key), id=key) for key in WORDS])
def test_each_field_has_its_words(kind: Kind) -> None:
    """The one place that says them once more: pages and papers are tested by the words of the kind."""
    assert kind.printed is not None
    page = {shown.name: shown.label for shown in kind.details}
    paper = {shown.name: shown.label for shown in kind.printed.details}
    found = {name: (kind.word(name), page.get(name, ""), paper.get(name, "")) for name in (*kind.kept, *page, *paper)}
    assert found == WORDS[kind.key.value]


def forms() -> list[RecordForm]:
    """The forms that lay out their fields by name."""
    base: dict[str, Any] = {"year": SchoolYear(start_year=2026), "today": TODAY}
    return [
        VisitEntryForm(teachers=[(1, "林小满")], **base),
        TalkEntryForm(companions=[(1, "安可儿")], **base),
        TalkChangeForm(companions=[(1, "安可儿")], **base),
        LetterForm(with_advice=True),
        HomeForm(may_tell=True),
        TreeHoleCardForm(),
    ]


@pytest.mark.parametrize("form", [pytest.param(form, id=type(form).__name__) for form in forms()])
def test_every_field_of_a_form_stands_in_its_layout(form: RecordForm) -> None:
    """Seen: a field that was missing in the layout was on no page, and each save emptied it; no test failed."""
    laid_out = [pointer.name for pointer in form.helper.layout.get_field_names()]
    name, module = type(form).__name__, type(form).__module__.replace(".", "/")
    assert [f"{name}.{f}: add it to the layout in {module}.py" for f in form.fields if f not in laid_out] == []
    assert [f for f in laid_out if f not in form.fields] == []


@pytest.mark.parametrize("data", [VisitData, TalkData])
def test_every_day_of_a_note_but_its_own_has_bounds(data: type[VisitData | TalkData]) -> None:
    """Seen: a second day of a talk was saved in the year 2999; no test failed."""
    days = [part.name for part in dataclasses.fields(data) if "datetime.date" in str(part.type)]
    assert days[:1] == ["date"]
    missing = [f"{data.__name__}.{name}" for name in days[1:] if name not in BOUNDS]
    assert [f"{name}: add it to `BOUNDS` in records/desk/services/notes.py" for name in missing] == []


def test_a_changed_talk_is_compared_by_its_pupils_as_well(qingzhu: SchoolCast) -> None:
    note = talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    stored, changing = TalkEntryForm.initial_of(note), TalkChangeForm.initial_of(note)
    assert changing == stored | {"pupils": sorted(p.pk for p in qingzhu.pupils)}
    assert kind_of(note).pupil_keys(note) == [p.pk for p in note.pupils.all()]
