"""Takes all rows of a school's own SQLite into the configured database: what began as a trial goes on on PostgreSQL."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connections, models, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import User
from core.bulk import write_rows
from schools.models import School
from upkeep.engines.base import LEFT_OUT, RestoreRefused

FORMER: Final = "former"
_AT_ONCE: Final = 2000


@contextmanager
def opened(path: Path) -> Iterator[str]:
    """The alias of the SQLite database at `path`, open for reading. Raises RestoreRefused where there is none."""
    # A name that no file can have is none, too.
    if not os.path.isfile(path):  # noqa: PTH113
        raise RestoreRefused(f"没有这个文件：{path}。")
    settings = connections[DEFAULT_DB_ALIAS].settings_dict | {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{path.resolve().as_uri()}?mode=ro",
        "OPTIONS": {"uri": True},
        "CONN_MAX_AGE": 0,
    }
    connections[FORMER] = DatabaseWrapper(settings, FORMER)
    try:
        yield FORMER
    finally:
        connections[FORMER].close()
        del connections[FORMER]


def move_database(source: str, target: str = DEFAULT_DB_ALIAS) -> dict[str, int]:
    """Copy every row from one database to the other, keys and times as they are; how many by table.

    All or nothing. Sessions and answers to presses stay behind, files are not touched. Raises RestoreRefused where the
    target holds a school or an account, or the two are not migrated alike; DatabaseError where a row does not fit.
    """
    if School.objects.using(target).exists() or User.objects.using(target).exists():
        raise RestoreRefused("目标数据库里已经有学校或账号，为了不混在一起，没有搬。请换一个空的数据库。")
    found, wanted = (set(MigrationRecorder(connections[one]).applied_migrations()) for one in (source, target))
    if found != wanted:
        raise RestoreRefused("两边的表不是同一个版本：请先用同一版软件在原来的数据上运行一次 script/setup，再搬。")
    tables = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and model._meta.db_table not in LEFT_OUT
    ]
    database = connections[target]
    with transaction.atomic(using=target):
        # What migrating has put there comes with the rows, too. References are checked at the end.
        with database.cursor() as cursor:
            for model in tables:
                table = database.ops.quote_name(model._meta.db_table)
                cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - our own tables
        moved = {model._meta.db_table: _copy(model, source, target) for model in tables}
        with database.cursor() as cursor:
            for statement in database.ops.sequence_reset_sql(no_style(), tables):
                cursor.execute(statement)
        database.check_constraints()
    return moved


def _copy(model: type[models.Model], source: str, target: str) -> int:
    fields: list[Any] = list(model._meta.concrete_fields)
    rows = model._base_manager.using(source).order_by().values_list(*(field.attname for field in fields))
    count = 0
    flow = rows.iterator(chunk_size=_AT_ONCE)
    while some := list(islice(flow, _AT_ONCE)):
        prepared = [
            tuple(field.get_db_prep_save(value, connections[target]) for field, value in zip(fields, row, strict=True))
            for row in some
        ]
        write_rows(model._meta.db_table, [str(field.column) for field in fields], prepared, using=target)
        count += len(prepared)
    return count
