"""Every one of the 71 cases of rosters from schools has a test of its own: `test_case_<number>_…`."""

import re
from pathlib import Path

CASES = range(1, 72)


def test_every_case_has_a_test_that_names_it() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(__file__).parent.glob("test_*.py")))
    covered = {int(number) for number in re.findall(r"^def test_case_(\d\d)_", text, re.MULTILINE)}
    assert covered == set(CASES)
