"""Lists of what was done on paper, brought into the cast's school."""

from collections.abc import Sequence

from accounts.models import User
from jobs.enums import ImportKind
from jobs.importers import ImportOptions
from jobs.imports import confirm_batch, import_roster, upload_batch
from jobs.models import ImportBatch
from jobs.previews import ImportReport
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from tests.cases.books import book
from tests.cast import SchoolCast
from tests.imports.snapshot import snapshot

DONE = ("班级", "姓名", "学籍号", "导师", "家访", "谈心", "书面反馈")
# What an undo leaves behind on purpose.
LEFT = ("accounts.AuditEntry", "jobs.ImportBatch", "jobs.ColumnMapping")


def read(cast: SchoolCast, data: bytes, kind: ImportKind = ImportKind.DONE, *, by: User | None = None) -> ImportReport:
    """Import the workbook, as 德育室 unless told otherwise."""
    return import_roster(
        actor=cast.actor(by or cast.office),
        year=cast.year,
        kind=kind,
        data=data,
        file_name="补录.xlsx",
        options=ImportOptions(),
    )


def rows(cast: SchoolCast, *found: Sequence[object], header: Sequence[str] = DONE) -> ImportReport:
    """Import rows under the usual heading."""
    return read(cast, book(header, *found))


def confirmed(cast: SchoolCast, data: bytes, kind: ImportKind = ImportKind.DONE) -> ImportBatch:
    """Uploaded and confirmed on the pages' way, so that it can be taken back."""
    actor = cast.actor(cast.office)
    options = ImportOptions()
    batch = upload_batch(actor=actor, year=cast.year, kind=kind, data=data, file_name="补录.xlsx", options=options)
    return confirm_batch(actor=actor, batch=batch)


def state() -> dict[str, list[object]]:
    """Every row of every table that an import may touch, those between records and people too."""
    found: dict[str, list[object]] = {label: list(all_) for label, all_ in snapshot().items() if label not in LEFT}
    for between in (HomeVisit.teachers.through, HeartTalk.pupils.through):
        found[between._meta.label] = list(between._default_manager.order_by("pk").values())
    return found


def done() -> dict[str, list[str]]:
    """What stands of each pupil: the day of each visit, talk and letter."""
    found: dict[str, list[str]] = {}
    for visit in HomeVisit.objects.present().select_related("pupil").order_by("date", "pk"):
        found.setdefault(visit.pupil.name, []).append(f"家访 {visit.date}")
    for talk in HeartTalk.objects.present().prefetch_related("pupils").order_by("date", "pk"):
        for pupil in talk.pupils.all():
            found.setdefault(pupil.name, []).append(f"谈心 {talk.date}")
    for letter in GrowthLetter.objects.present().select_related("pupil").order_by("pk"):
        day = letter.handed_in_at.date() if letter.handed_in_at else None
        found.setdefault(letter.pupil.name, []).append(f"寄语 {day}")
    return found
