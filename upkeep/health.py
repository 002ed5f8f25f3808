"""How the parts stand that the product needs, asked within a moment even where one of them hangs.

Each part is asked in a thread of its own. Whoever does not answer in time counts as failed, and is not asked again
before that thread is through: a database that hangs is asked once, not once for each question.
"""

import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection

from core.clock import now
from upkeep.enums import Standing
from upkeep.queries import last_backup
from upkeep.queries.pulses import pulses, queues_without_worker, sweep_standing

#: Together with all around it an answer takes less than 2 s.
DEADLINE_SECONDS: Final = 1.5
#: Whoever asks again within this gets the same answer.
KEPT_SECONDS: Final = 1.0
#: Less free space than this is told; less than that, and nothing can be saved.
LOW_BYTES: Final = 2 * 1024**3
FULL_BYTES: Final = 100 * 1024**2

Found = Mapping[str, Standing]


def ask_database() -> Found:
    """The database, and what stands in it: workers, the last sweep and backup, on a connection of its own."""
    try:
        found = pulses()
        backup = last_backup()
    finally:
        connection.close()
    moment = now()
    return {
        "database": Standing.OK,
        "workers": Standing.FAILED if queues_without_worker(found, moment) else Standing.OK,
        "beat": sweep_standing(found, moment),
        # No reason to stop anything, but somebody is to look after it.
        "backup": Standing.WARNING if backup.overdue else Standing.OK,
    }


def ask_broker() -> Found:
    """Redis answers; or the folder of messages takes files."""
    if settings.REDIS_URL:
        import redis  # noqa: PLC0415 - a web process without Redis needs none of it

        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()
    elif folder := settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("data_folder_in"):
        _write_into(Path(folder))
    return {"broker": Standing.OK}


def ask_disk() -> Found:
    """There is room under `VAR_DIR`, and it takes files."""
    folder = Path(settings.VAR_DIR)
    free = shutil.disk_usage(folder).free
    if free < FULL_BYTES:
        return {"disk": Standing.FAILED}
    _write_into(folder)
    return {"disk": Standing.OK if free >= LOW_BYTES else Standing.WARNING}


def _write_into(folder: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".readyz-") as file:
        file.write(b"\n")


#: Who is asked, and what their answer says; what it says first is failed where no answer comes.
PROBES: Final[Mapping[Callable[[], Found], tuple[str, ...]]] = {
    ask_database: ("database", "workers", "beat", "backup"),
    ask_broker: ("broker",),
    ask_disk: ("disk",),
}
#: What a page cannot be shown or saved without.
NEEDED_BY_PAGES: Final = frozenset({"database", "disk"})


@dataclass
class _Asked:
    """One question under way."""

    found: Found | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def ask(self, probe: Callable[[], Found]) -> None:
        try:
            self.found = probe()
        except Exception:  # whatever it is: no answer
            self.found = None
        finally:
            self.over.set()


_lock = threading.Lock()
_under_way: dict[Callable[[], Found], _Asked] = {}
_kept: tuple[float, dict[str, Standing]] | None = None


def examine() -> dict[str, Standing]:
    """How each part stands, within `DEADLINE_SECONDS`."""
    global _kept
    kept = _kept
    if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
        return kept[1]
    until = time.monotonic() + DEADLINE_SECONDS
    asked = {probe: _ask(probe) for probe in PROBES}
    standings: dict[str, Standing] = {}
    for probe, (first, *others) in PROBES.items():
        answered = asked[probe].over.wait(max(0.0, until - time.monotonic()))
        found = asked[probe].found if answered else None
        standings |= found or {first: Standing.FAILED} | dict.fromkeys(others, Standing.UNKNOWN)
    _kept = (time.monotonic(), standings)
    return standings


def _ask(probe: Callable[[], Found]) -> _Asked:
    with _lock:
        asked = _under_way.get(probe)
        if asked is None or asked.over.is_set():
            asked = _under_way[probe] = _Asked()
            threading.Thread(target=asked.ask, args=(probe,), name=probe.__name__, daemon=True).start()
        return asked


def forget_answers() -> None:
    """Ask anew next time."""
    global _kept
    _kept = None
