"""A person's drafts: the one of a form, and the list of what is not finished."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse

from accounts.actors import Actor
from records.desk.models import Draft
from records.desk.querysets import DraftQuerySet
from records.enums import RecordKind
from records.kinds import form_of


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line of the list: what it is, about whom, and where to go on (empty: no page of its own)."""

    draft: Draft
    label: str
    url: str


def own_drafts(actor: Actor) -> DraftQuerySet:
    """The actor's drafts, dropped ones too."""
    return Draft.objects.visible_to(actor).select_related("pupil")


def open_draft(actor: Actor, key: str) -> Draft | None:
    """What the actor left unsaved in the form `key`."""
    return Draft.objects.visible_to(actor).open().filter(key=key).first()


def draft_lines(actor: Actor, *, most: int = 20) -> list[DraftLine]:
    """What the actor has not finished, the latest first. One query."""
    return [line_of(draft) for draft in own_drafts(actor).open()[:most]]


def line_of(draft: Draft) -> DraftLine:
    """One draft in words, with its address."""
    label = RecordKind(draft.kind).label
    who = draft.pupil.name if draft.pupil is not None else ""
    return DraftLine(draft, f"{who}的{label}" if who else label, _url_of(draft.key))


def _url_of(key: str) -> str:
    found = form_of(key)
    return reverse(found[0].page, args=found[1][:1]) if found is not None and found[0].page else ""


def draft_values(fields: dict[str, forms.Field], content: dict[str, list[str]]) -> dict[str, Any]:
    """A draft's content as initial values of a form with these fields; what the form does not know is left out.

    A box that is not ticked is not sent: missing ones are empty. The version stays the record's own.
    """
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name == "version":
            continue
        given = content.get(name, [])
        if getattr(field.widget, "allow_multiple_selected", False):
            values[name] = given
        elif isinstance(field, forms.BooleanField):
            values[name] = bool(given)
        elif given:
            values[name] = given[0]
    return values
