"""A refused form says at the top of its page what is wrong and where."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import template
from django.forms import BaseForm, BoundField
from django.template import Context

register = template.Library()

#: So many are told; the others are marked at their fields.
MOST = 5
#: How deep a form may lie in lists of a page's context: rows of (thing, form).
_DEEPEST = 2


@dataclass(frozen=True, slots=True)
class Fault:
    """One sentence, and the field that it is about: its name for people and its element's id, or neither."""

    sentence: str
    label: str = ""
    target: str = ""


@register.inclusion_tag("components/form_errors.html", takes_context=True)
def form_errors(context: Context) -> dict[str, Any]:
    """What is wrong with the forms of a page that answers a post, whatever their names: base templates call it once.

    A page that shows a conflict of versions tells that itself (`conflict`), so sentences about the whole form are left.
    """
    request = context.get("request")
    if request is None or request.method != "POST":
        return {}
    forms = {id(form): form for value in context.flatten().values() for form in _forms_in(value, 0)}
    faults = [fault for form in forms.values() for fault in _faults(form, told=bool(context.get("conflict")))]
    faults = list(dict.fromkeys(faults))
    return {
        "faults": faults[:MOST],
        "more": max(0, len(faults) - MOST),
        "fields": sum(1 for fault in faults if fault.target),
    }


def _forms_in(value: object, depth: int) -> Iterator[BaseForm]:
    if isinstance(value, BaseForm):
        if value.is_bound and value.errors:
            yield value
    elif isinstance(value, list | tuple) and depth < _DEEPEST:
        for inner in value:
            yield from _forms_in(inner, depth + 1)


def _faults(form: BaseForm, *, told: bool) -> Iterator[Fault]:
    """In the order in which the fields stand, the whole form first."""
    if not told:
        yield from (Fault(str(sentence)) for sentence in form.non_field_errors())
    for field in form:
        for sentence in field.errors:
            yield Fault(str(sentence)) if field.is_hidden else Fault(str(sentence), str(field.label), _element(field))


def _element(field: BoundField) -> str:
    """The id to go to: the control, or of a group of boxes what stands around it."""
    return field.id_for_label or f"div_{field.auto_id}"
