"""A kind of record is described once: nothing of a record is left out of its kind, and no kind lacks a part."""

import dataclasses
from collections import Counter

import pytest
from django.db import models
from django.urls import reverse

from records.desk.forms.records import NoteForm, TalkChangeForm, TalkEntryForm, VisitEntryForm
from records.desk.models import Attachment
from records.enums import RecordKind
from records.kinds import Kind, all_kinds, kind_called, kind_of, printed_kinds, record_kinds, register
from records.models.records import Record
from tests.cast import SchoolCast
from tests.records.builders import talk

KINDS = [pytest.param(kind, id=kind.key.value) for kind in all_kinds()]


def columns_of(model: type[models.Model]) -> list[str]:
    return [column.name for column in (*model._meta.concrete_fields, *model._meta.many_to_many)]


def misplaced(kind: Kind) -> dict[str, int]:
    """Columns that are not said once, kept or left out; and names that are no column."""
    said, there = Counter([*kind.kept, *kind.unkept]), Counter(columns_of(kind.model))
    return {name: said[name] for name in said | there if said[name] != 1 or there[name] != 1}


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
    assert misplaced(kind) == {}
    assert [name for name, reason in kind.unkept.items() if len(reason) < 10] == []


def test_a_forgotten_a_doubled_and_an_unknown_column_are_noticed() -> None:
    kind = kind_called("talk")
    changed = dataclasses.replace(kind, kept=(*kind.kept[1:], "term", "mood"))
    assert misplaced(changed) == {"date": 0, "term": 2, "mood": 1}


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
    assert typed == set(known.kept) - people
    shown = {form.renamed.get(name, name) for name in form.base_fields} - {"submission", "version"}
    assert shown - people == typed


def test_a_changed_talk_is_compared_by_its_pupils_as_well(qingzhu: SchoolCast) -> None:
    note = talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    stored, changing = TalkEntryForm.initial_of(note), TalkChangeForm.initial_of(note)
    assert changing == stored | {"pupils": sorted(p.pk for p in qingzhu.pupils)}
    assert kind_of(note).pupil_keys(note) == [p.pk for p in note.pupils.all()]
