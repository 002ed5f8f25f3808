"""What a kind of record is, described once. Versions, history, drafts, deletion, merging, readings, attachments, the
look for what does not print and the record book read the register and know no kind by name.

Each feature registers its own kinds beside its services (`records.apps` loads them). A field of a record stands in its
model, its form and its kind; a test holds that no column is forgotten.
"""

import datetime
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db import models
from django.db.models import Q

from accounts.actors import Actor
from core.errors import DomainError
from records.contexts import Entry
from records.enums import RecordKind
from records.models.records import Record
from students.models import Pupil

#: Columns of every record that its versions do not keep, and why.
OF_EVERY_RECORD: Final[Mapping[str, str]] = {
    "id": "the version's own record_id",
    "school": "never changes",
    "term": "set once, by the day of the first save",
    "submission": "the first form's key",
    "from_paper": "set once, by the import that brought it in; its first version's act says so",
    "version": "the version's own number",
    "created_by": "the version's own changed_by",
    "created_at": "the version's own changed_at",
    "updated_at": "the version's own changed_at",
    "deleted_at": "the version's act says it",
}


@dataclass(frozen=True, slots=True)
class Target:
    """The form that a draft's key names, once the actor may write in it; of no `kind` where it makes no record."""

    kind: RecordKind | None
    pupil: Pupil | None


@dataclass(frozen=True, slots=True)
class FormKey:
    """A form that keeps drafts: the shape of their keys (`#` is a number), and its page.

    `find` takes the actor and the key's numbers; None where the actor may not write in the form. `page` names the
    address, which takes as many of the numbers as `takes` says; empty where the form has no page of its own. `label` is
    what a draft is called where the form is of no kind of record. A draft has at most so many bytes and fields.
    """

    shape: str
    find: Callable[..., Target | None]
    page: str = ""
    label: str = ""
    takes: int = 1
    # A visit with all its fields full stays below.
    most_bytes: int = 20 * 1024
    most_fields: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """How records of the kind, which have a `term` and `deleted_at`, are deleted and brought back.

    `own` picks what stands in the actor's 最近删除; `writes` says who may delete one, `held` why it cannot be deleted
    now; `lock` is taken before the row on restoring, `clash` then says why it cannot come back. `follow` goes with
    both.
    """

    own: Callable[[Actor], Q]
    writes: Callable[[Actor, Any], bool]
    held: Callable[[Any], DomainError | None] = lambda record: None
    lock: Callable[[Any], object] = lambda record: None
    clash: Callable[[Any], DomainError | None] = lambda record: None
    follow: Callable[[Any], object] = lambda record: None


@dataclass(frozen=True, slots=True)
class Shown:
    """A field among the details of a record: its short word, and what stands there for a ticked box."""

    label: str
    name: str
    yes: str = "是"


#: What papers say of a record that was brought in from paper.
FROM_PAPER: Final = Shown("来源", "from_paper", "纸质补录")


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The kind in the record book: its column's `heading`, and `word` where a text has characters that do not print.

    `rows` picks what is printed and loads what `entry` shows, given the book's mentors and the letters' name;
    `with_text` are those whose text is printed. `unshown` are the kept columns that are neither text nor details, each
    with why.
    """

    heading: str
    word: str
    rows: Callable[[Any], Any]
    entry: Callable[[Any, Sequence[str], str], Entry]
    text: tuple[str, ...] = ("text",)
    details: tuple[Shown, ...] = ()
    unshown: Mapping[str, str] = field(default_factory=dict)
    with_text: Q = field(default_factory=Q)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of record.

    `kept` are the columns that versions keep, in the order in which people read them, under the words of the model;
    `unkept` all others, each with the reason. `prose` are running texts, `words` what stands in lists of codes.
    `details` stand beside a text on its pupil's page, `unshown` are the kept columns that do not, each with why;
    `shared` stand where it was shared with 心理老师.
    `people` names the pupil or pupils; `author` and `written` who wrote the record first, and when. A row that
    matches `sent` says that the form with its `submission` has arrived; None where forms carry no such key.
    """

    key: RecordKind
    model: type[Any]
    people: str
    kept: tuple[str, ...]
    unkept: Mapping[str, str]
    prose: Collection[str]
    forms: tuple[FormKey, ...]
    words: Mapping[str, type[models.TextChoices]] = field(default_factory=dict)
    details: tuple[Shown, ...] = ()
    unshown: Mapping[str, str] = field(default_factory=dict)
    shared: tuple[Shown, ...] = ()
    author: str = "created_by"
    written: str = "created_at"
    sent: Q | None = field(default_factory=Q)
    deletion: Deletion | None = None
    printed: Printed | None = None

    @property
    def label(self) -> str:
        """The kind as forms and reports name it in full: 谈心谈话."""
        return str(self.model._meta.verbose_name)

    @property
    def is_shared(self) -> bool:
        """Whether one record may be with several pupils."""
        return bool(self.model._meta.get_field(self.people).many_to_many)

    @property
    def printed_columns(self) -> tuple[str, ...]:
        """All that people type and the record book prints."""
        if self.printed is None:
            return ()
        details = [shown.name for shown in self.printed.details if _is_typed(self.model._meta.get_field(shown.name))]
        return (*self.printed.text, *details)

    def column(self, name: str) -> str:
        """Under which name versions keep the field: people by their keys."""
        return str(getattr(self.model._meta.get_field(name), "attname", name))

    def word(self, name: str) -> str:
        """What people call the field."""
        return str(self.model._meta.get_field(name).verbose_name)

    def labels(self, name: str) -> dict[Any, str]:
        """The words for the field's codes; empty for free ones."""
        if name in self.words:
            return {choice.value: str(choice.label) for choice in self.words[name]}
        found = self.model._meta.get_field(name)
        if isinstance(found, models.BooleanField):
            return {True: "是", False: "否"}
        return {value: str(label) for value, label in getattr(found, "flatchoices", ())}

    def with_people(self, rows: Any) -> Any:
        """`rows` with their pupils at hand."""
        return rows.prefetch_related(self.people) if self.is_shared else rows.select_related(self.people)

    def pupils_of(self, record: Any) -> list[Pupil]:
        """With whom the record is."""
        return list(record.pupils.all()) if self.is_shared else [getattr(record, self.people)]

    def pupil_keys(self, record: Any) -> list[int]:
        """The keys of the pupils, from what is at hand."""
        return [p.pk for p in record.pupils.all()] if self.is_shared else [getattr(record, self.column(self.people))]

    def told(
        self, record: Any, shown: Collection[Shown], day: Callable[[datetime.date], str], known: Collection[str] = ()
    ) -> tuple[tuple[str, str], ...]:
        """The details of a record as (word, value), the empty ones too; whoever is `known` needs no naming."""
        return tuple((detail.label, self._detail(record, detail, day, known)) for detail in shown)

    def _detail(self, record: Any, detail: Shown, day: Callable[[datetime.date], str], known: Collection[str]) -> str:
        value = getattr(record, detail.name)
        if self.model._meta.get_field(detail.name).many_to_many:
            return "、".join(person.name for person in value.all())
        if isinstance(value, models.Model):
            name: str = value.name  # type: ignore[attr-defined]  # people have names
            return "" if name in known else name
        if isinstance(value, bool):
            return detail.yes if value else ""
        if isinstance(value, datetime.date):
            return day(value)
        labels = self.labels(detail.name)
        if isinstance(value, list):
            return "、".join(labels[code] for code in value if code in labels)
        return labels.get(value, value) or ""


_REGISTER: Final[dict[RecordKind, Kind]] = {}
_OF_MODEL: Final[dict[type[Any], Kind]] = {}
#: Forms that keep drafts and make no record.
_OTHER_FORMS: Final[dict[str, FormKey]] = {}


def register(*kinds: Kind) -> None:
    """Make the kinds known, once."""
    for kind in kinds:
        if kind.key in _REGISTER:
            raise ValueError(f"{kind.key} is registered twice")
        _REGISTER[kind.key] = _OF_MODEL[kind.model] = kind


def register_form(form: FormKey) -> None:
    """Make a form known that keeps drafts as those of records do, and makes no record."""
    _OTHER_FORMS[form.shape] = form


def all_kinds() -> list[Kind]:
    """Every kind, in the order of `RecordKind`."""
    return [_REGISTER[key] for key in RecordKind if key in _REGISTER]


def record_kinds() -> list[tuple[Kind, Deletion]]:
    """The kinds that count for a term and can be deleted (`records.models.records.Record`), and how."""
    return [(kind, kind.deletion) for kind in all_kinds() if kind.deletion is not None]


def printed_kinds() -> list[tuple[Kind, Printed]]:
    """The kinds that stand in the record book, and how."""
    return [(kind, kind.printed) for kind in all_kinds() if kind.printed is not None]


def shared_kinds() -> list[Kind]:
    """The kinds whose notes can be shared with 心理老师."""
    return [kind for kind in all_kinds() if kind.shared]


def kind_called(key: str) -> Kind:
    """The kind by its key. Raises KeyError."""
    return _REGISTER[RecordKind(key)]


def form_of(key: str) -> tuple[FormKey, list[int]] | None:
    """The form that a draft's key names, and the key's numbers; None for a key of no form."""
    for form in (*(form for kind in all_kinds() for form in kind.forms), *_OTHER_FORMS.values()):
        found = re.fullmatch(form.shape.replace("#", "([0-9]{1,15})"), key)
        if found:
            return form, [int(number) for number in found.groups()]
    return None


def word_for(actor: Actor, kind: RecordKind) -> str:
    """The kind as the actor's school calls it: its plan names the letters. No query where the calendar was read."""
    present = actor.calendar.present if kind == RecordKind.LETTER else None
    return present.letter_label if present is not None else str(kind.label)


def kind_of(record: models.Model) -> Kind:
    """Which kind a record is."""
    return _OF_MODEL[type(record)]


def deletion_of(record: Record) -> Deletion:
    """How a record is deleted. Raises ValueError for a kind that never is."""
    deletion = kind_of(record).deletion
    if deletion is None:
        raise ValueError(f"{type(record)} is never deleted")
    return deletion


def _is_typed(found: Any) -> bool:
    return isinstance(found, models.CharField | models.TextField) and not found.choices
