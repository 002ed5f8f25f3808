"""Says loudly that the key of printed slips is missing: at start, when migrating, and in the log of the web."""

import logging
from typing import Any

from django.core.checks import CheckMessage, Warning
from django.db import DatabaseError

from students.queries import slips_without_key
from students.services.slips import KEY_MISSING

logger = logging.getLogger(__name__)


def check_paper_keys(**_: Any) -> list[CheckMessage]:
    """`students.W001` where codes were printed with a key that is not there; a database that is not made is fine."""
    try:
        lost = slips_without_key()
    except DatabaseError:
        return []
    return [Warning(f"{lost} 张凭条：{KEY_MISSING}", id="students.W001")] if lost else []


def say_at_start() -> None:
    """For a web process, which runs no checks of the database: one line of the log."""
    for message in check_paper_keys():
        logger.critical(str(message))
