"""Going back beyond a squashed migration."""

from typing import Any

from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def forget_squashes(*, plan: object = None, using: str = "default", **_: Any) -> None:
    """A receiver of `post_migrate`: what was squashed is noted as applied, the squashed file itself is not.

    Django tells from the former that the latter is applied. Its row only harms who goes back beyond it: Django then
    takes the tables for as the squashed file made them, whatever came after ("no such column"), and once they are
    gone, in another app, for there still ("no such table"). A `flush` sends the signal as well, without a plan.
    """
    if plan is None:
        return
    connection = connections[using]
    recorder = MigrationRecorder(connection)
    for key in MigrationLoader(connection).replacements.keys() & recorder.applied_migrations().keys():
        recorder.record_unapplied(*key)
