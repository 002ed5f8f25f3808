"""The desk of the import tests: one primary school, its admin, and workbooks built on the spot."""

from collections.abc import Iterator

import pytest

from tests.cases.corners import A1, ELSEWHERE, Corner, built_from
from tests.imports.conftest import admin_client, desk, private_files

__all__ = ["admin_client", "anywhere", "desk", "private_files"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """`anywhere` is A1, and other corners in all formats, but what a mark rules out: `at_a1`, `not_as_text`."""
    if "anywhere" in metafunc.fixturenames:
        marked = metafunc.definition.get_closest_marker
        others = () if marked("at_a1") else ELSEWHERE
        corners = [A1, *(corner for corner in others if not (corner.form == "csv" and marked("not_as_text")))]
        metafunc.parametrize("anywhere", corners, indirect=True, ids=str)


@pytest.fixture
def anywhere(request: pytest.FixtureRequest) -> Iterator[Corner]:
    """The test's workbooks are built from this corner."""
    corner: Corner = request.param
    with built_from(corner):
        yield corner
