"""What the benchmarks share: Django on a database of their own, time of processor, medians taken in turns."""

import gc
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")


def set_up(var: Path, *, keep_database: bool = False, migrate: bool = True, static: bool = False) -> None:
    """Django as an installation runs it (templates compiled once, queries not kept), its files in the folder `var`, on
    a SQLite database there, or with `keep_database` the one that `DATABASE_URL` names; `migrate` brings it up to date.
    """
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "mentorship.settings"
    os.environ["VAR_DIR"] = str(var)
    if not (keep_database and os.environ.get("DATABASE_URL")):
        os.environ["DATABASE_URL"] = f"sqlite:///{var / 'db.sqlite3'}"
    os.environ["DEBUG"] = "0"
    os.environ.pop("REDIS_URL", None)
    import django  # noqa: PLC0415 - the settings are known only now
    from django.core.management import call_command  # noqa: PLC0415 - as above

    django.setup()
    if migrate:
        call_command("migrate", verbosity=0)
    if static:
        call_command("collectstatic", interactive=False, verbosity=0)


class Spent(NamedTuple):
    """Seconds by the clock, and of processor with the children's: the second is fairer on a busy machine."""

    clock: float
    processor: float

    def __add__(self, other: object) -> "Spent":
        assert isinstance(other, Spent)
        return Spent(self.clock + other.clock, self.processor + other.processor)


def processor() -> float:
    """Seconds of processor that this process and its finished children have had."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def timed(act: Callable[[], T]) -> tuple[T, Spent]:
    """What `act` gives, and what it took."""
    clock, busy = time.perf_counter(), processor()
    result = act()
    return result, Spent(time.perf_counter() - clock, processor() - busy)


def busy() -> float:
    """Seconds of processor of this process, and of PostgreSQL's that serves its connection, if there is one."""
    own = time.process_time()
    connection = sys.modules["django.db"].connection if "django.db" in sys.modules else None
    if connection is None or connection.vendor != "postgresql":
        return own
    connection.ensure_connection()
    return own + int(Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text().split()[0]) / 1e9


def in_turns(acts: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """The medians of the seconds of processor of each, taken in turns, so that a busy moment strikes all."""
    spent: list[list[float]] = [[] for _ in acts]
    gc.collect()
    for _ in range(rounds):
        for act, times in zip(acts, spent, strict=True):
            began = busy()
            act()
            times.append(busy() - began)
    return [statistics.median(times) for times in spent]
