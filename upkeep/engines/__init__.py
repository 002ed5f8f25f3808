"""How each database is copied while it is in use, and put back: one module each, with the same functions."""

from types import ModuleType

from django.db import connection

from core.errors import DomainError
from upkeep.engines import postgresql, sqlite


def engine_in_use() -> ModuleType:
    """The module of the configured database. Raises DomainError where there is none for it."""
    found = {"sqlite": sqlite, "postgresql": postgresql}.get(connection.vendor)
    if found is None:
        raise DomainError("unknown_database", f"不支持备份这种数据库：{connection.vendor}。")
    return found
