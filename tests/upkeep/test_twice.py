"""Two beats, or a beat and workers that stand in for it, send a scheduled task twice: the second run adds nothing."""

import pytest
from celery import current_app
from django.apps import apps
from django.db.models import Model

from mentorship.celery import app
from tests.cast import SchoolCast
from upkeep.queries.schedule import planned

#: It holds a lock against its like, and writes a file: tests/upkeep/test_backup.py.
OF_ITS_OWN = {"upkeep.back_up"}


def rows() -> dict[str, int]:
    """How many rows each table has."""
    models: list[type[Model]] = list(apps.get_models())
    return {model._meta.label: model._default_manager.count() for model in models}


@pytest.mark.django_db
def test_each_scheduled_task_does_once_what_there_is_to_do(qingzhu: SchoolCast, other: SchoolCast) -> None:
    app.loader.import_default_modules()
    before = rows()
    counts = []
    for _ in range(2):
        for task in planned():
            if task not in OF_ITS_OWN:
                current_app.tasks[task]()
        counts.append(rows())
    assert counts[1] == counts[0]
    grown = {label for label, count in counts[0].items() if count > before[label]}
    assert grown >= {"notices.Notice", "records.Reminder", "records.KeptCount"}
