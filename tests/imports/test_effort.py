"""What a roster costs, counted rather than timed: a busy machine changes no count."""

import cProfile
import pstats

from jobs.enums import ImportKind
from tests.imports.conftest import STUDENT_HEADER, Desk, book

# Calls for each further row of nothing but plain cells, of Python's functions and C's: 63 when this was written, 148
# when each cell of it was asked in turn.
CALLS_PER_ROW = 70
_GIVEN = [first + last for first in "子一梓欣雨思明若" for last in "涵诺萱怡桐远哲曦"]
_NAMES = [surname + given for surname in "王李张刘陈杨赵黄周吴" for given in _GIVEN]


def calls(desk: Desk, rows: int) -> int:
    pupils = [
        (f"G3501{n:014d}", name, "男女"[n % 2], "一（1）班", "王芳", "母亲", f"199{n:08d}", "")
        for n, name in enumerate(_NAMES[:rows])
    ]
    data = book(STUDENT_HEADER, *pupils)
    profile = cProfile.Profile()
    report = profile.runcall(desk.run, data, ImportKind.STUDENTS, dry=True)
    assert (report.rows, report.log.findings) == (rows, ())
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]  # not in its stubs


def test_a_row_of_plain_cells_costs_few_calls(desk: Desk) -> None:
    """Roster imports became a tenth slower, a look at every row at a time."""
    calls(desk, 10)
    few, many = calls(desk, 100), calls(desk, 400)
    assert (many - few) / 300 < CALLS_PER_ROW
