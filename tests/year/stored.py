"""A roster of generated texts, stored as the services clean them."""

from collections.abc import Sequence

from accounts.actors import system_actor
from core.clock import today
from core.text import clean_name
from schools.models import SchoolYear
from schools.services import create_class
from students.services import GuardianData, PupilData, add_pupil


def store(year: SchoolYear, rows: Sequence[tuple[str, str, str, bool, bool]]) -> None:
    """One pupil for each row: odd name and remark, gender, whether there is a guardian, which of two classes."""
    actor = system_actor(school_id=year.school_id, today=today())
    classes = [create_class(year=year, grade_number=1, number=number) for number in (1, 2)]
    for number, (name, remark, gender, guarded, second) in enumerate(rows, start=1):
        guardian = GuardianData(f"家长{clean_name(name)}"[:20], "母亲", "19900000001")
        add_pupil(
            actor=actor,
            school_class=classes[second],
            data=PupilData(
                name=f"某{clean_name(name)}",
                gender=gender,
                student_number=f"G{number:010}",
                remark=remark,
                guardians=[guardian] if guarded else [],
            ),
            seat_number=number,
        )
