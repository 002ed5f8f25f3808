"""What the apps to the right plug in: how a kind of roster is compared with what is stored, and written.

An importer only plans. It reads the tables and the workbook, logs every finding, and returns the changes together with
the one function that writes them; `jobs.imports` decides whether that function runs, in one transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from accounts.actors import Actor
from core.errors import DomainError
from core.importlog import ImportLog
from core.importplan import Choice, PlannedChange
from core.tablefinder import ColumnInFile
from core.text import clean_key, small_number, without_identity
from core.workbooks import Workbook
from jobs.enums import ImportKind
from schools.labels import ClassKey, find_class_label, parse_class_label
from schools.models import SchoolClass, SchoolYear
from schools.queries import grade_sense
from schools.services import create_classes


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the admin decided beside the file.

    `create_classes`: classes that are missing may be created. `take_hidden`: hidden sheets and rows are read too.
    `mapping`: what a heading means (`core.workbooks.find_table`), and under `=label` which class a label means (`3-1`).
    `set_aside`: rows by sheet that are left out of this import.
    """

    create_classes: bool = False
    take_hidden: bool = False
    mapping: Mapping[str, str] = field(default_factory=dict)
    set_aside: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As kept with a batch."""
        return {
            "create_classes": self.create_classes,
            "take_hidden": self.take_hidden,
            "mapping": dict(self.mapping),
            "set_aside": {sheet: list(rows) for sheet, rows in self.set_aside.items()},
        }

    @classmethod
    def of(cls, stored: Mapping[str, object]) -> "ImportOptions":
        """The options kept with a batch."""
        mapping, aside = stored.get("mapping"), stored.get("set_aside")
        return cls(
            create_classes=stored.get("create_classes") is True,
            take_hidden=stored.get("take_hidden") is True,
            mapping={str(k): str(v) for k, v in mapping.items()} if isinstance(mapping, dict) else {},
            set_aside={str(k): tuple(v) for k, v in aside.items()} if isinstance(aside, dict) else {},
        )


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """One workbook, to be planned against one school year by one actor."""

    actor: Actor
    year: SchoolYear
    workbook: Workbook
    options: ImportOptions
    file_name: str = ""


@dataclass(frozen=True, slots=True)
class MovedPupil:
    """A pupil whom the row `row` of `sheet` would put into another class."""

    pupil_id: int
    name: str
    school_class: ClassKey
    sheet: str
    row: int


@dataclass(slots=True)
class ImportPlan:
    """What one workbook would do. `write` gets the keys of the choices that a person accepted."""

    log: ImportLog
    write: Callable[[frozenset[str]], None]
    rows: int = 0
    unchanged: int = 0
    changes: list[PlannedChange] = field(default_factory=list)
    new_classes: tuple[str, ...] = ()
    unknown_classes: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    # For the page on which headings are mapped by hand: what the file has, and what the importer knows.
    columns: tuple[ColumnInFile, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    # Each spelling of a class in the file and the class it was taken for; labels that nobody can read.
    spellings: tuple[tuple[str, str], ...] = ()
    unread_classes: tuple[str, ...] = ()
    # For what the apps to the right know of a change of class.
    moved: tuple[MovedPupil, ...] = ()


Importer = Callable[[ImportRequest], ImportPlan]

#: What another app knows of what an importer plans: it adds findings.
Remark = Callable[[ImportRequest, ImportPlan], None]

_importers: dict[ImportKind, Importer] = {}
_remarks: dict[ImportKind, dict[Remark, None]] = {}


def register(kind: ImportKind, importer: Importer) -> None:
    """Make an importer known; called in `AppConfig.ready` of the app that owns it.

    Raises ValueError when another importer has the kind already.
    """
    if _importers.setdefault(kind, importer) is not importer:
        raise ValueError(f"import kind {kind!r} is registered twice")


def remark_on(kind: ImportKind, remark: Remark) -> None:
    """Let `remark` look at each plan of `kind`; called in `AppConfig.ready`."""
    _remarks.setdefault(kind, {})[remark] = None


def importer_for(kind: ImportKind) -> Importer:
    """The importer of `kind`, with what others remark. Raises DomainError `unknown_import_kind`."""
    importer = _importers.get(kind)
    if importer is None:
        raise DomainError("unknown_import_kind", "系统不认识这种名册，请选择学生、教师或导师匹配表。")

    def plan(request: ImportRequest) -> ImportPlan:
        planned = importer(request)
        for remark in _remarks.get(kind, ()):
            remark(request, planned)
        return planned

    return plan


class ClassFinder:
    """The classes of one year, by whatever label a workbook uses; logs labels that name none. Two queries."""

    def __init__(self, request: ImportRequest, log: ImportLog) -> None:
        self._year = request.year
        self._may_create = request.options.create_classes
        self._log = log
        self._sense = grade_sense(request.year.school)
        self._classes = {found.key: found for found in SchoolClass.objects.of_year(request.year)}
        self._said = {label[1:]: value for label, value in request.options.mapping.items() if label.startswith("=")}
        self._read: dict[tuple[str, str], ClassKey | None] = {}
        self._spellings: dict[str, ClassKey] = {}
        self._unread: dict[str, None] = {}
        self._new: set[ClassKey] = set()
        self._unknown: set[ClassKey] = set()

    @property
    def example(self) -> str:
        """How a class is written in this school."""
        return self._sense.example

    @property
    def new(self) -> tuple[ClassKey, ...]:
        """Classes that the import would create, in order."""
        return tuple(sorted(self._new))

    @property
    def unknown(self) -> tuple[ClassKey, ...]:
        """Classes that are missing and may not be created, in order."""
        return tuple(sorted(self._unknown))

    @property
    def spellings(self) -> tuple[tuple[str, str], ...]:
        """Every spelling that the workbook used, and the class it was taken for."""
        return tuple((spelling, key.label) for spelling, key in self._spellings.items())

    @property
    def unread(self) -> tuple[str, ...]:
        """Labels that name no class as far as anybody can tell."""
        return tuple(self._unread)

    def parse(self, label: str, *, grade: str = "") -> ClassKey | None:
        """The class that a label names, whether it exists or not; logs nothing."""
        key = (label, grade)
        if key not in self._read:
            # Another school's name in front is no class of this one.
            own = label.removeprefix(self._year.school.name)
            self._read[key] = self._told(f"{grade}{label}") or parse_class_label(
                own, sense=self._sense, start_year=self._year.start_year, grade=grade
            )
        return self._read[key]

    def _told(self, label: str) -> ClassKey | None:
        """The class that the admin said a label means, if it still is a class of the year."""
        grade, _, number = self._said.get(clean_key(label), "").partition("-")
        key = self._sense.key(small_number(grade), small_number(number))
        return key if key in self._classes else None

    def parse_title(self, title: str) -> ClassKey | None:
        """The one class that a title line names, whether it exists or not; logs nothing."""
        return find_class_label(title, sense=self._sense, start_year=self._year.start_year)

    def find(
        self,
        label: str,
        *,
        grade: str = "",
        sheet: str = "",
        row: int | None = None,
        column: str = "班级",
    ) -> ClassKey | None:
        """The class that a label names; logs an error and returns None if it cannot be read or is not there."""
        key = self.parse(label, grade=grade)
        shown = f"{grade}{label}"
        if key is None:
            if without_identity(shown) == shown:
                self._unread[clean_key(shown)] = None
            message = f"看不出是哪个班。请写成“{self.example}”这样的形式，或在“列和班级”里指定。"
            self._log.error(
                "class_unreadable",
                message,
                sheet=sheet,
                row=row,
                column=column,
                value=shown,
            )
            return None
        self._spellings[shown] = key
        return key if self.check(key, shown=shown, sheet=sheet, row=row, column=column) else None

    def check(
        self,
        key: ClassKey,
        *,
        shown: str,
        sheet: str = "",
        row: int | None = None,
        column: str = "",
    ) -> bool:
        """Whether the class is there or will be created; logs an error otherwise."""
        if key in self._classes or key in self._new:
            return True
        if self._may_create:
            self._new.add(key)
            return True
        self._unknown.add(key)
        message = f"本学年没有{key.label}。请检查写法，或选择“新建缺少的班级”。"
        self._log.error("class_unknown", message, sheet=sheet, row=row, column=column, value=shown)
        return False

    def existing(self, key: ClassKey) -> SchoolClass | None:
        """The class as stored, None if it would be new."""
        return self._classes.get(key)

    def create_missing(self) -> None:
        """Create the new classes; afterwards `pk` knows them all."""
        created = create_classes(year=self._year, places=[(key.grade, key.number) for key in self.new])
        self._classes.update({found.key: found for found in created.values()})

    def pk(self, key: ClassKey) -> int:
        """The primary key of a class that exists, or was created by `create_missing`."""
        return self._classes[key].pk
