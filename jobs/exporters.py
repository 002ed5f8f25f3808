"""What the apps to the right plug in: rosters that go out in the very shape in which they come in.

An exporter gives the blank table of a kind, or the table filled with what is stored; an export imports again with
nothing changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import AuditKind
from accounts.services import audit
from core.errors import DomainError
from core.workbooks import FormSheet, write_form
from jobs.enums import IMPORTERS, ImportKind
from schools.models import SchoolYear
from schools.queries import grade_sense


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Whose roster of which year is asked for; `filled` or as a blank to fill in."""

    actor: Actor
    year: SchoolYear
    filled: bool


@dataclass(frozen=True, slots=True)
class RosterFile:
    """A workbook and the name under which it is saved."""

    name: str
    data: bytes


def class_example(request: ExportRequest, labels: Sequence[str]) -> str:
    """How a class is written in the school: the first of `labels`, those of the year; one query where there is none."""
    return labels[0] if labels else grade_sense(request.year.school).example


Exporter = Callable[[ExportRequest], FormSheet]


@dataclass(frozen=True, slots=True)
class Shape:
    """A table that can be taken out and brought in again: its name in addresses, the import it fits, its label.

    `lists_pupils`: the blank table too.
    """

    name: str
    kind: ImportKind
    label: str
    exporter: Exporter
    lists_pupils: bool = False


_shapes: dict[str, Shape] = {}


def register(shape: Shape) -> None:
    """Make a shape known; called in `AppConfig.ready` of the app that owns it.

    Raises ValueError when another shape has the name already.
    """
    if _shapes.setdefault(shape.name, shape) != shape:
        raise ValueError(f"roster shape {shape.name!r} is registered twice")


def shapes(actor: Actor) -> list[Shape]:
    """The shapes that the actor brings in and takes out, in the order of the imports."""
    own = (shape for shape in _shapes.values() if actor.has(*IMPORTERS[shape.kind]))
    return sorted(own, key=lambda shape: list(ImportKind).index(shape.kind))


def find_shape(name: str) -> Shape | None:
    """The shape with this name."""
    return _shapes.get(name)


def _form(actor: Actor, year: SchoolYear, shape: Shape, *, filled: bool) -> FormSheet:
    if year.school_id != actor.school_id:
        raise DomainError("other_school", "这个学年不属于本校。")
    if not actor.has(*IMPORTERS[shape.kind]):
        raise DomainError("not_allowed", f"“{shape.label}”不归您导出，请找管理员或德育室。")
    return shape.exporter(ExportRequest(actor, year, filled))


@transaction.atomic
def roster_template(*, actor: Actor, year: SchoolYear, shape: Shape) -> RosterFile:
    """A blank table of one shape with drop-downs and an example row; one that names pupils is logged as taken out.

    Raises DomainError `other_school`, `not_allowed`.
    """
    return RosterFile(f"{shape.label}模板.xlsx", _written(actor, year, shape, filled=False))


@transaction.atomic
def export_roster(*, actor: Actor, year: SchoolYear, shape: Shape) -> RosterFile:
    """The roster as stored, in the shape of the template; who took it out is logged.

    Raises DomainError `other_school`, `not_allowed`.
    """
    name = f"{year.school.name}{year.start_year}学年{shape.label}.xlsx"
    return RosterFile(name, _written(actor, year, shape, filled=True))


def _written(actor: Actor, year: SchoolYear, shape: Shape, *, filled: bool) -> bytes:
    form = _form(actor, year, shape, filled=filled)
    form = replace(form, rows=list(form.rows))
    data = write_form(form)
    if filled or shape.lists_pupils:
        audit(
            actor=actor,
            verb="export_roster",
            target=year,
            kind=AuditKind.READ,
            detail={"shape": shape.name, "rows": len(list(form.rows))},
        )
    return data
