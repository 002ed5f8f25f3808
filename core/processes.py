"""Which process did something, and whether it is gone: so that nobody waits for what was killed.

A mark holds for one running kernel and one space of process numbers (a container has its own); who stands elsewhere
knows nothing of it. Linux says what is needed (proc(5)); other machines say nothing, and then nothing is known.
"""

import functools
import os
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
#: Of what follows the name in /proc/N/stat: the third field and the twenty-second.
_STATE, _START = 0, 19
#: Dead, but its parent has not looked yet.
_GONE: Final = frozenset({"Z", "X"})


def this_process() -> str:
    """The mark of the process that asks; "" where the machine does not say."""
    return _marked(os.getpid())


def mark_of(pid: int) -> str:
    """The mark of the running process `pid` of this machine; "" where the machine does not say."""
    place, found = _place(), _state_and_start(pid)
    return f"{place} {pid} {found[1]}" if place and found else ""


def is_gone(mark: str) -> bool:
    """Whether the process that `mark` names has certainly ended; never of one elsewhere."""
    place, _, who = mark.rpartition(" ")[0].rpartition(" ")
    if not place or place != _place():
        return False
    try:
        os.kill(int(who), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    found = _state_and_start(int(who))
    return found is not None and (found[0] in _GONE or found[1] != mark.rpartition(" ")[2])


@functools.lru_cache(maxsize=1)
def _marked(pid: int) -> str:
    """By its number, for a child that was forked is another process."""
    return mark_of(pid)


def _place() -> str:
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def _state_and_start(pid: int) -> tuple[str, str] | None:
    try:
        # The name in brackets may hold blanks and brackets.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[_STATE], fields[_START]
