"""The desk of the import tests: one primary school, its admin, and workbooks built on the spot."""

from tests.imports.conftest import admin_client, desk, private_files

__all__ = ["admin_client", "desk", "private_files"]
