"""The guard of every task that goes through several schools, or does several things: one failure silences no other."""

import logging
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")
_PLACES: Final = 3


class SomeFailed(Exception):
    """Raised once all is tried, so that whoever watches the tasks sees that one was not done."""


def for_each(task: str, things: Iterable[T], act: Callable[[T], int | None]) -> int:
    """Do `act` for each of `things`, each for itself; the sum of what it returns.

    What fails is logged without the error's own words, which may quote a name. Raises SomeFailed at the end.
    """
    total, failed, tried = 0, 0, 0
    for thing in things:
        tried += 1
        try:
            total += act(thing) or 0
        except Exception as error:  # whatever it was: the others are not to wait for it
            failed += 1
            log_failure(task, getattr(thing, "pk", getattr(thing, "__name__", "?")), error)
    if failed:
        raise SomeFailed(f"{task}: {failed} of {tried} failed")
    return total


def log_failure(what: str, key: Any, error: Exception) -> None:
    """Where it failed, but not the error's own words: they may quote a name or a text."""
    frames = traceback.extract_tb(error.__traceback__)[-_PLACES:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    logger.error("%s %s failed: %s at %s", what, key, type(error).__name__, places)
