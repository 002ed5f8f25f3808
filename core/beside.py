"""What Django's `prefetch_related` puts to rows, without a queryset for each of them: that takes longer than reading.

Who asks the database is the caller's matter (`core.kept`).
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeAlias

from django.core.exceptions import FieldDoesNotExist
from django.db.models import ForeignKey, ManyToOneRel, Model, OneToOneRel

#: Gives the rows of a model whose column of this name is one of the keys.
Ask: TypeAlias = Callable[[type[Model], str, list[int]], Sequence[Any]]


@cache
def relation(model: Any, name: str) -> "ForeignKey[Any, Any] | ManyToOneRel | None":
    """What leads from rows of `model` to one row, or to many, under this name; None for all else."""
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    if isinstance(field, ForeignKey) and field.target_field.primary_key:
        return field
    if isinstance(field, ManyToOneRel) and not isinstance(field, OneToOneRel) and field.get_accessor_name() == name:
        return field
    return None


def bring_one(rows: Sequence[Any], field: "ForeignKey[Any, Any]", ask: Ask) -> list[Any]:
    """Put to each row the one that it names, and give those."""
    keys = {getattr(row, field.attname) for row in rows if not field.is_cached(row)} - {None}
    found = {one.pk: one for one in ask(field.related_model, "pk", sorted(keys))} if keys else {}
    for row in rows:
        if not field.is_cached(row):
            one = found.get(getattr(row, field.attname))
            field.set_cached_value(row, one)
            if field.unique and one is not None:
                field.remote_field.set_cached_value(one, row)
    return _each_once(field.get_cached_value(row) for row in rows)


def bring_many(rows: Sequence[Any], many: ManyToOneRel, ask: Ask, to_attr: str = "") -> list[Any]:
    """Put to each row those that name it (as the list `to_attr`, if given), and give those."""
    field, name = many.field, str(many.get_accessor_name())
    caches = [row.__dict__.setdefault("_prefetched_objects_cache", {}) for row in rows]
    lacking = {row.pk: row for row, there in zip(rows, caches, strict=True) if to_attr or name not in there}
    held: dict[Any, list[Any]] = {key: [] for key in lacking}
    for one in ask(field.model, field.name, list(lacking)) if lacking else ():
        key = getattr(one, field.attname)
        if not field.is_cached(one):
            field.set_cached_value(one, lacking[key])
        held[key].append(one)
    for row, there in zip(rows, caches, strict=True):
        if to_attr:
            setattr(row, to_attr, held[row.pk])
        elif name not in there:
            there[name] = _ready(field, row, held[row.pk])
    brought = (held[row.pk] if to_attr else there[name] for row, there in zip(rows, caches, strict=True))
    return _each_once(one for many_of_one in brought for one in many_of_one)


def _ready(field: "ForeignKey[Any, Any]", row: Model, found: list[Any]) -> Any:
    """A queryset of the rows that name `row`, read already; whoever filters it further asks for just these."""
    queryset: Any = field.model._default_manager.get_queryset()
    queryset._deferred_filter = (False, (), {field.name: row})
    queryset._result_cache, queryset._prefetch_done = found, True
    return queryset


def _each_once(rows: Any) -> list[Any]:
    return list({id(row): row for row in rows if row is not None}.values())
