"""Going back beyond a squashed migration."""

from typing import Any

from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def forget_undone_squashes(*, plan: object = None, using: str = "default", **_: Any) -> None:
    """A receiver of `post_migrate`: a squashed migration of which a part was taken back is noted as applied no longer.

    Django takes back the files that it replaces, one by one, and leaves its own row. Going back in another app then
    reads both as applied, and takes back once more what is gone ("no such table").
    """
    if not plan:
        return
    connection = connections[using]
    recorder = MigrationRecorder(connection)
    applied = recorder.applied_migrations()
    for key, squashed in MigrationLoader(connection).replacements.items():
        if key in applied and not set(squashed.replaces) <= set(applied):
            recorder.record_unapplied(*key)
