"""Python's cycle collector, kept out of work in which it only costs time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Leave the search for reference cycles out while a block builds a million small values that it needs to its end.

    It would walk over all of them again and again: a third of the time of a large roster, a tenth of a paper's.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            # What the block made and dropped is still young: taken now it is cheap, later it would have grown old.
            gc.collect(0)
            gc.enable()
