"""Queries whose SQL is kept: Django puts a queryset together and compiles it once for each shape of its arguments.

Of a short query, building and compiling take some ten times as long as the database and the rows. `kept` turns a
function that gives a queryset into one that gives its rows; from the second call on only the values go out anew:

    @kept
    def _open_drafts(actor: Actor, pupil_ids: Sequence[int]) -> QuerySet[Draft]:
        return Draft.objects.visible_to(actor).open().filter(pupil_id__in=pupil_ids)

The function is called with numbers and days that nothing else has, and the SQL is searched for them; so `visible_to`
and all other querysets serve as they are. What an argument says otherwise (None, a yes or no, roles) is part of the
shape: another one is compiled for itself. A function may use values, but decide nothing by them. Whoever does, or
computes with them, is found out: each new shape is compiled with its first true values as well and compared; in tests
its first `CHECKS` values are. So is, on PostgreSQL, a number beside a column too narrow for a key, as a year's:
Django knows that nothing is found there. Such a query stays unkept.

What a queryset prefetches is read by kept queries too.
"""

import dataclasses
import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from enum import Enum
from functools import cache, lru_cache, update_wrapper
from typing import Any, Final, Generic, NoReturn, ParamSpec, TypeVar, cast

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import BooleanField, ForeignKey, ManyToOneRel, Model, QuerySet, prefetch_related_objects
from django.db.models.constants import LOOKUP_SEP
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

from core.beside import bring_many, bring_one, relation

P = ParamSpec("P")
Row = TypeVar("Row")

#: So many calls of each shape are compared with what Django makes of them.
CHECKS = 1

#: So many shapes are kept in a process, the latest used ones; each takes some 30 KB, all pages of a school make 400.
_MOST: Final = 1_000
#: Keys as no table has them, but as columns of keys may hold. They and the days go up: what was sorted stays so.
_KEY: Final = 918_273_645_000_000_000
#: A call with more values goes unkept: finding each in the SQL takes longer than Django needs.
_MANY: Final = 300
#: The first number that no column holds.
_LARGEST: Final = 1 << 63
_DAY: Final = datetime.date(8000, 1, 1)
_MOMENT: Final = datetime.datetime(8000, 1, 1, 12, 34, 56, tzinfo=datetime.UTC)


class kept(Generic[P, Row]):  # noqa: N801 - a decorator
    """A function with the arguments of `build` that gives the rows of its queryset, with at most the queries of that.

    Arguments are numbers, days, moments, texts, models' rows (of which `build` may read keys and booleans), frozen
    dataclasses of all these, and lists or sets of numbers, which may be empty; None, booleans and enums tell shapes
    apart. Raises TypeError for anything else, and where the SQL depends on values in another way.
    """

    def __init__(self, build: Callable[P, QuerySet[Any, Row]]) -> None:
        #: The queryset itself, for whoever asks it in another way.
        self.build = build
        update_wrapper(self, build)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[Row]:
        """The rows."""
        values: list[Any] = []
        given = (*args, *kwargs.values())
        shapes = tuple([_part(value, values, _repeated) for value in given])
        if len(values) > _MANY or any(type(value) is int and not -_LARGEST <= value < _LARGEST for value in values):
            # What no column holds the database would refuse to look for: Django knows that nothing is found.
            return list(self.build(*args, **kwargs))
        key = (self.build, connections[DEFAULT_DB_ALIAS].vendor, shapes, len(args), tuple(kwargs))
        shape = _shape(key)
        if shape.checked < CHECKS:
            _check(shape, key, given)
        rows = shape.rows(values)
        for at, lookup in enumerate(_lookups(shape.found) if rows else ()):
            if isinstance(lookup, str):
                bring(rows, lookup)
            else:
                self._bring_chosen(rows, at, lookup, *args, **kwargs)
        return rows

    def _bring_chosen(self, rows: list[Any], at: int, lookup: Any, *args: P.args, **kwargs: P.kwargs) -> None:
        """What a `Prefetch` chooses. The one at hand holds numbers that nothing has, so that it is made anew."""
        *way, last = lookup.prefetch_through.split(LOOKUP_SEP)
        near = _follow(rows, way)
        many = relation(type(near[0]), last) if near else None
        if isinstance(many, ManyToOneRel) and lookup.queryset is not None:
            chosen = _chosen(self.build, at, many.field.name)
            bring_many(near, many, lambda _model, _name, keys: chosen(keys, *args, **kwargs), lookup.to_attr or "")
        else:
            prefetch_related_objects(rows, _lookups(self.build(*args, **kwargs))[at])


def bring(rows: Sequence[Any], *lookups: str) -> None:
    """As `prefetch_related_objects`, by kept queries."""
    for lookup in lookups:
        _follow(rows, lookup.split(LOOKUP_SEP))


def forget_kept() -> None:
    """Compile all anew; for tests that change tables."""
    _shape.cache_clear()


Key = tuple[Callable[..., QuerySet[Any]], str, tuple[Any, ...], int, tuple[str, ...]]


# --- Arguments: what belongs to the shape, and the values ------------------------------------------------------------
def _repeated(values: list[int], missing: int) -> list[int]:
    return values[-1:] * missing


def _unlike(values: list[int], missing: int) -> list[int]:
    return [max(_KEY - 1, *values) + n for n in range(1, missing + 1)]


def _part(value: Any, values: list[Any], fill: Callable[[list[int], int], list[int]]) -> Any:
    """The shape of an argument; its values are added to `values`. Lists of like length have one shape: `fill`."""
    kind = type(value)
    if kind in (int, str, datetime.date, datetime.datetime):
        values.append(value)
        return kind
    if value is None or kind is bool or isinstance(value, Enum):
        return ("same", value)
    if kind in (list, tuple, set, frozenset):
        return _part_many(value, values, fill)
    if isinstance(value, Model):
        names, held = _read(value)
        return ("row", kind, names, tuple([_part(one, values, fill) for one in held]))
    if dataclasses.is_dataclass(value):
        held = [getattr(value, name) for name in _init_fields(cast(Any, kind))]
        return ("data", kind, tuple([_part(one, values, fill) for one in held]))
    raise TypeError(f"no query is kept for an argument of the kind {kind.__name__}")


def _part_many(many: Any, values: list[Any], fill: Callable[[list[int], int], list[int]]) -> Any:
    kind = type(many)
    if all(isinstance(value, Enum) for value in many):
        return ("same", frozenset(many) if kind in (set, frozenset) else tuple(many))
    if not all(type(value) is int for value in many):
        raise TypeError("a list in the arguments of a kept query holds numbers, or enums")
    numbers = sorted(many) if kind in (set, frozenset) else list(dict.fromkeys(many))
    length = 1 << (len(numbers) - 1).bit_length()
    values += numbers
    values += fill(numbers, length - len(numbers))
    return ("many", kind, length)


def _read(row: Model) -> tuple[tuple[str, ...], list[Any]]:
    """Those columns of a row that are keys or booleans."""
    names = [name for name in _columns(type(row)) if name in row.__dict__]
    return tuple(names), [row.__dict__[name] for name in names]


@lru_cache
def _columns(model: type[Model]) -> list[str]:
    return [
        field.attname
        for field in model._meta.concrete_fields
        if field.primary_key or isinstance(field, (ForeignKey, BooleanField))
    ]


@lru_cache
def _init_fields(kind: type) -> list[str]:
    return [field.name for field in dataclasses.fields(kind) if field.init]


def _whole(shape: Any, values: Iterator[Any]) -> Any:
    """The argument of this shape with other values."""
    if isinstance(shape, type):
        return next(values)
    match shape:
        case ("same", value):
            return value
        case ("many", kind, length):
            return kind([next(values) for _ in range(length)])
        case ("row", model, names, parts):
            return model.from_db(DEFAULT_DB_ALIAS, names, [_whole(part, values) for part in parts])
        case (_, kind, parts):
            return kind(**dict(zip(_init_fields(kind), [_whole(part, values) for part in parts], strict=True)))
    raise AssertionError(shape)


def _marks(shapes: Sequence[Any]) -> Iterator[Any]:
    """A value for each place of the shapes, by which it is known again."""
    kinds = [kind for shape in shapes for kind in _kinds(shape)]
    for at, kind in enumerate(kinds):
        if kind is int:
            yield _KEY + at
        elif kind is str:
            yield f"\ue0f1{at}\ue0f1"
        else:
            yield (_MOMENT if kind is datetime.datetime else _DAY) + datetime.timedelta(days=at)


def _kinds(shape: Any) -> Iterator[type]:
    if isinstance(shape, type):
        yield shape
    elif shape[0] == "many":
        yield from [int] * shape[2]
    elif shape[0] != "same":
        for part in shape[-1]:
            yield from _kinds(part)


# --- The compiled query -----------------------------------------------------------------------------------------------
class _KeptQuery(Query):
    """A query that hands out its compiler with the SQL ready."""

    ready: SQLCompiler
    asked: tuple[str, tuple[Any, ...]]
    converters: dict[int, Any]

    def get_compiler(self, using: str | None = None, connection: Any = None, elide_empty: bool = True) -> SQLCompiler:
        """A copy of the compiler that once made the SQL, which knows what the columns are."""
        compiler: Any = object.__new__(type(self.ready))
        compiler.__dict__.update(self.ready.__dict__)
        compiler.connection = connections[using] if using is not None else connection
        asked, converters = self.asked, self.converters
        compiler.as_sql = lambda *_args, **_kwargs: asked
        compiler.get_converters = lambda _columns: converters
        return compiler  # type: ignore[no-any-return]  # put together above


class _Shape:
    """A queryset with its SQL, and where the values stand among what goes out with it. Without SQL it has no rows."""

    def __init__(self, found: QuerySet[Any], compiler: Any, sql: str | None, places: list["_Place"]) -> None:
        self.found = found
        self.compiler = compiler
        self.sql = sql
        self.places = places
        self.checked = 0
        # What brings columns into Python's types, where the database does not.
        columns = [column[0] for column in compiler.select[: compiler.col_count]] if sql is not None else []
        self.converters = compiler.get_converters(columns)

    def params(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """What goes out with the SQL for these values."""
        ready = [_adapted(value) for value in values]
        return tuple([place.given if place.at is None else place.filled(ready) for place in self.places])

    def rows(self, values: Sequence[Any]) -> list[Any]:
        """The rows for these values."""
        if self.sql is None:
            return []
        query: Any = object.__new__(_KeptQuery)
        query.__dict__.update(self.found.query.__dict__)
        query.ready, query.converters = self.compiler, self.converters
        query.asked = self.sql, self.params(values)
        again: Any = type(self.found)(self.found.model, query, self.found.db)
        for name in ("_iterable_class", "_fields", "_known_related_objects"):
            setattr(again, name, getattr(self.found, name))
        return list(again)


@dataclasses.dataclass(frozen=True, slots=True)
class _Place:
    """One of the values that go out: always `given`, or that of place `at`; `given` is then the text around it, or the
    kind of number that PostgreSQL is told of.
    """

    given: Any
    at: int | None = None

    def filled(self, ready: Sequence[Any]) -> Any:
        value = ready[self.at or 0]
        if isinstance(self.given, type):
            return self.given(value)
        return value if self.given is None else f"{self.given[0]}{value}{self.given[1]}"


def _adapted(value: Any) -> Any:
    """The value as it goes to the database."""
    kind = type(value)
    if kind is datetime.date:
        return connections[DEFAULT_DB_ALIAS].ops.adapt_datefield_value(value)
    if kind is datetime.datetime:
        return connections[DEFAULT_DB_ALIAS].ops.adapt_datetimefield_value(value)
    return value


@lru_cache(maxsize=_MOST)
def _shape(key: Key) -> _Shape:
    marks = list(_marks(key[2]))
    found, compiler, sql, params = _compiled(key, marks)
    return _Shape(found, compiler, sql, [_place(param, marks) for param in params])


def _place(param: Any, marks: Sequence[Any]) -> _Place:
    for at, mark in enumerate(marks):
        if type(param) is type(sent := _adapted(mark)) and param == sent:
            return _Place(None, at)
        # In sums psycopg says how wide a number is (`Int4`), by a kind of its own.
        if type(mark) is int and isinstance(param, int) and param == mark:
            return _Place(type(param), at)
        if isinstance(param, str) and str(mark) in param:
            before, _, after = param.partition(str(mark))
            return _Place((before, after), at)
    return _Place(param)


def _compiled(key: Key, values: Sequence[Any]) -> tuple[QuerySet[Any], SQLCompiler, str | None, tuple[Any, ...]]:
    build, _, shapes, positional, names = key
    taken = iter(values)
    whole = [_whole(shape, taken) for shape in shapes]
    with ExitStack() as stack:
        for connection in connections.all(initialized_only=True):
            stack.enter_context(connection.execute_wrapper(_refuse))
        found = build(*whole[:positional], **dict(zip(names, whole[positional:], strict=True)))
        compiler = found.query.get_compiler(using=found.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            return found, compiler, None, ()
    return found, compiler, sql, tuple(params)


def _refuse(*_args: object) -> NoReturn:
    raise TypeError("a kept query reads more than keys and booleans of a row, or asks the database")


def _check(shape: _Shape, key: Key, given: Sequence[Any]) -> None:
    """Compare with what Django makes of the true values. Raises TypeError."""
    values: list[Any] = []
    # Lists are filled up with numbers of their own here: a repeated one would stand in the SQL once.
    for value in given:
        _part(value, values, _unlike)
    _, _, sql, params = _compiled(key, values)
    # Sets come in any order.
    if sql != shape.sql or sorted(map(repr, params)) != sorted(map(repr, shape.params(values))):
        raise TypeError(f"the SQL of {key[0].__qualname__} depends on values other than None, booleans and enums")
    shape.checked += 1


# --- What is prefetched -----------------------------------------------------------------------------------------------
def _lookups(found: Any) -> tuple[Any, ...]:
    return found._prefetch_related_lookups  # type: ignore[no-any-return]  # which has no other door


def _follow(rows: Sequence[Model], way: Sequence[str]) -> Sequence[Model]:
    """Bring what lies on the way from these rows; gives its last rows, none where Django itself had to bring them."""
    here: Sequence[Model] = rows
    for name in way:
        found = relation(type(here[0]), name) if here else None
        if isinstance(found, ManyToOneRel):
            here = bring_many(here, found, _named)
        elif found is not None:
            here = bring_one(here, found, _named)
        elif here:
            prefetch_related_objects(list(rows), LOOKUP_SEP.join(way))
            return []
    return here


def _named(model: type[Model], name: str, keys: list[int]) -> list[Any]:
    return _naming(model, name)(keys)


@cache
def _naming(model: type[Model], name: str) -> kept[[list[int]], Any]:
    def rows(keys: list[int]) -> QuerySet[Any]:
        # As Django: all, where a row is named; what the model's own manager gives, where many are.
        manager = model._base_manager if name == "pk" else model._default_manager
        return manager.filter((f"{name}__in", keys))

    return kept(rows)


@cache
def _chosen(build: Callable[..., QuerySet[Any]], at: int, name: str) -> kept[..., Any]:
    def rows(keys: list[int], *args: Any, **kwargs: Any) -> QuerySet[Any]:
        queryset: QuerySet[Any] = _lookups(build(*args, **kwargs))[at].queryset
        return queryset.filter((f"{name}__in", keys))

    return kept(rows)
