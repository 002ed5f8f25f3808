"""What a machine lacks for a while: then the same work, done later, may well succeed."""

import errno
from typing import Final

from django.db import OperationalError

_LACKING: Final = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN, errno.EIO, errno.EROFS)
)


def is_shortage(error: BaseException | None) -> bool:
    """Whether `error`, or what it came from, tells of no space, memory, file handles, database or network."""
    while error is not None:
        if isinstance(error, OperationalError | MemoryError | TimeoutError | ConnectionError):
            return True
        if isinstance(error, OSError) and error.errno in _LACKING:
            return True
        error = error.__cause__ or error.__context__
    return False
