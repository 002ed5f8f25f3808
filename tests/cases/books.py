"""Workbooks as schools send them, built for one test each, and what the importer said of them."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from jobs.enums import ImportKind
from jobs.importers import ImportOptions
from jobs.previews import ImportReport
from students.models import Enrolment, Pupil
from tests.cases.corners import corner, moved
from tests.cases.packages import ods_package
from tests.imports.conftest import Desk

Row = Sequence[object]
STUDENTS, TEACHERS, MENTORS = ImportKind.STUDENTS, ImportKind.TEACHERS, ImportKind.MENTORS


def book(*rows: Row, sheet: str = "名册", also: Callable[[Worksheet], None] | None = None) -> bytes:
    """One sheet of rows; `also` dresses it."""
    return sheets({sheet: rows}, also=also)


def sheets(tables: Mapping[str, Sequence[Row]], *, also: Callable[[Worksheet], None] | None = None) -> bytes:
    """A workbook of several sheets; `also` dresses the last one."""
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in tables.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    if also is not None:
        also(workbook.worksheets[-1])
    buffer = io.BytesIO()
    workbook.save(buffer)
    return moved(buffer.getvalue())


def repacked(data: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """The same package with its parts changed, and more parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, part in more.items():
            new.writestr(name, part)
    return buffer.getvalue()


def cells_as(data: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with a piece of its first sheet's XML replaced."""
    return repacked(data, lambda name, part: part.replace(old, new) if name == "xl/worksheets/sheet1.xml" else part)


def ods(*rows: Row) -> bytes:
    """A minimal OpenDocument sheet, made of zip parts by hand."""
    cells = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in rows
    )
    return ods_package(f'<table:table table:name="名册">{cells}</table:table>')


def read(desk: Desk, data: bytes, kind: ImportKind = STUDENTS, *, name: str = "名册.xlsx") -> ImportReport:
    """Import the file, creating its classes."""
    return desk.run(data, kind, name=name)


def mapped(desk: Desk, data: bytes, mapping: dict[str, str], *, take_hidden: bool = False) -> ImportReport:
    """Import pupils after a person has said what headings mean."""
    options = ImportOptions(create_classes=True, mapping=mapping, take_hidden=take_hidden)
    return desk.run(data, STUDENTS, options=options)


def said(report: ImportReport, level: str) -> list[tuple[str, int | None, str, str]]:
    """Code, row, column and value of each finding of a level; rows as if the sheet began in its first one."""
    down = corner().down
    found = [f for f in report.log.findings if f.level == level]
    return [(f.code, None if f.row is None else f.row - down, f.column, f.value) for f in found]


def errors(report: ImportReport) -> list[tuple[str, int | None, str, str]]:
    """What refuses the import."""
    return said(report, "error")


def warnings(report: ImportReport) -> list[tuple[str, int | None, str, str]]:
    """What should be looked at."""
    return said(report, "warning")


def infos(report: ImportReport) -> list[tuple[str, int | None, str, str]]:
    """What is only told."""
    return said(report, "info")


def messages(report: ImportReport) -> list[str]:
    """All sentences, in order."""
    return [finding.message for finding in report.log.findings]


def names() -> list[str]:
    """The pupils' names as stored, in the order of storing."""
    return list(Pupil.objects.order_by("pk").values_list("name", flat=True))


def places() -> list[tuple[str, str]]:
    """Pupils and their present classes."""
    rows = Enrolment.objects.active().order_by("pk").select_related("pupil", "school_class__grade")
    return [(row.pupil.name, row.school_class.label) for row in rows]
