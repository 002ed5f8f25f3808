"""The guard of every task that goes through several schools, or does several things: one failure silences no other."""

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")
_PLACES: Final = 3


class SomeFailed(Exception):
    """Raised once all is tried, so that whoever watches the tasks sees that one was not done."""


def each_done(task: str, things: Iterable[T], act: Callable[[T], R]) -> Iterator[tuple[T, R]]:
    """Do `act` for each of `things`, each for itself: those that were done, with what it returned.

    What fails is logged without the error's own words, which may quote a name. Raises SomeFailed at the end.
    """
    failed, tried = 0, 0
    for thing in things:
        tried += 1
        try:
            done = act(thing)
        except Exception as error:  # whatever it was: the others are not to wait for it
            failed += 1
            log_failure(task, _key(thing), error)
        else:
            yield thing, done
    if failed:
        raise SomeFailed(f"{task}: {failed} of {tried} failed")


def for_each(task: str, things: Iterable[T], act: Callable[[T], int | None]) -> int:
    """As `each_done`; the sum of what `act` returns. Raises SomeFailed at the end."""
    return sum(done or 0 for _thing, done in each_done(task, things, act))


def all_or_each(task: str, things: Sequence[T], act: Callable[[Sequence[T]], int]) -> int:
    """Do `act`, which does all or nothing, for all of `things` at once; where that fails, for each of them alone.

    Returns and raises as `for_each` does.
    """
    try:
        return act(things)
    except Exception as error:
        log_failure(task, "together", error)
    return for_each(task, things, lambda thing: act([thing]))


def _key(thing: object) -> object:
    return next((getattr(thing, name) for name in ("pk", "key", "__name__") if hasattr(thing, name)), "?")


def log_failure(what: str, key: Any, error: Exception) -> None:
    """Where it failed, but not the error's own words: they may quote a name or a text."""
    frames = traceback.extract_tb(error.__traceback__)[-_PLACES:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    logger.error("%s %s failed: %s at %s", what, key, type(error).__name__, places)
