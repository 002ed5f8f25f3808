"""One pupil as a workbook has them."""

import datetime
from dataclasses import dataclass

from schools.labels import ClassKey
from students.imports.guardians import GuardianRow


@dataclass(slots=True)
class PupilRow:
    """One pupil as the workbook has them; empty strings and None say nothing, they erase nothing."""

    sheet: str
    row: int
    name: str
    number: str
    school_class: ClassKey
    gender: str
    seat: int | None
    remark: str
    guardians: tuple[GuardianRow | None, ...]
    # When a newcomer joined the class, if the workbook says so.
    joined: datetime.date | None = None
    # The word with which the workbook says that the pupil is not there (any more), and its column.
    status: str = ""
    status_column: str = ""
