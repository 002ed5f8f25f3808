"""What schools of some grades mean by a grade, without a database."""

from collections.abc import Iterable
from typing import Final

from schools.enums import GradeNaming, SchoolSystem
from schools.grades import usual_names
from schools.labels import GradeName, GradeSense


def sense_of(
    numbers: Iterable[int],
    system: SchoolSystem = SchoolSystem.SIX_THREE,
    naming: GradeNaming = GradeNaming.USUAL,
) -> GradeSense:
    """The sense of a school whose grades have their usual names."""
    return GradeSense(
        tuple(GradeName(number, *usual_names(number, system, naming)) for number in numbers),
        system,
        vocational=naming == GradeNaming.VOCATIONAL,
    )


PRIMARY: Final = sense_of(range(1, 7))
JUNIOR: Final = sense_of(range(7, 10))
SENIOR: Final = sense_of(range(10, 13))
