"""The desk of the import tests: one primary school, its admin, and workbooks built on the spot."""

from collections.abc import Iterator

import pytest

from tests.cases.corners import A1, ELSEWHERE, Corner, built_from
from tests.imports.conftest import admin_client, desk, private_files

__all__ = ["admin_client", "anywhere", "desk", "private_files"]


@pytest.fixture(params=[A1, *ELSEWHERE], ids=str)
def anywhere(request: pytest.FixtureRequest) -> Iterator[Corner]:
    """The test's workbooks are built from A1, and from other corners in all formats; but for `at_a1` only from A1."""
    corner: Corner = request.param
    if corner != A1 and request.node.get_closest_marker("at_a1"):
        pytest.skip("its cells are named by their letters, or it needs this very format")
    with built_from(corner):
        yield corner
