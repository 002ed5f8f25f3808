"""Codes that stand on paper: derived from a key, never stored, readable without look-alikes.

The keys are apart from the server's own: whoever loses `secret_key` loses sessions, not a thousand printed slips. They
come from `PAPER_KEYS`, or lie in `paper_keys` under `VAR_DIR`, one a line; the first one is used for new codes.
"""

import hashlib
import hmac
import secrets
from pathlib import Path

from django.conf import settings

from core.keeping import add_key, kept_keys, renew_key
from core.text import clean_key

# Letters and digits that nobody confuses on paper.
PAPER_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def random_code(length: int) -> str:
    """A code that can be read off paper and typed."""
    return "".join(secrets.choice(PAPER_ALPHABET) for _ in range(length))


def derived_code(key: str, about: str, length: int) -> str:
    """The code of `about` under `key`: the same each time, and not to be told without the key."""
    number = int.from_bytes(hmac.new(key.encode(), about.encode(), hashlib.sha256).digest(), "big")
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(PAPER_ALPHABET))
        letters.append(PAPER_ALPHABET[index])
    return "".join(letters)


def typed_code(text: str) -> str:
    """What a person meant: full-width characters, capitals, blanks and dashes make no difference."""
    return clean_key(text).lower().replace("-", "").replace(" ", "")


def is_code(code: str, typed: str) -> bool:
    """Whether `typed` is `code`, in a time that tells nothing."""
    return hmac.compare_digest(code.encode(), typed_code(typed).encode())


def mark_of(key: str) -> str:
    """What tells one key from another without telling the key; it is stored beside what the key made."""
    return hmac.new(key.encode(), b"paper-key-mark", hashlib.sha256).hexdigest()[:12]


def paper_keys() -> dict[str, str]:
    """The keys by their marks, the one in use first; empty where none was made or the file is missing."""
    return {mark_of(key): key for key in settings.PAPER_KEYS or kept_keys(_path())}


def make_paper_key() -> dict[str, str]:
    """`paper_keys`, after a first key was made if there was none. The caller knows that nothing hangs on a lost one."""
    if not settings.PAPER_KEYS:
        kept_keys(_path(), make=True)
    return paper_keys()


def adopt_paper_key(key: str) -> None:
    """Keep `key`, with which codes were printed in former times, behind the one in use."""
    if not settings.PAPER_KEYS:
        add_key(_path(), key)


def _path() -> Path:
    return Path(settings.VAR_DIR) / "paper_keys"


def renew_paper_key() -> None:
    """Derive new codes from a new key; those of the former ones stay what they are."""
    renew_key(_path())
