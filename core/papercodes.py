"""Codes that stand on paper: derived from a key, never stored, readable without look-alikes.

The keys (`core.keyring.PAPER`) are apart from the server's own: whoever loses `secret_key` loses sessions, not a
thousand printed slips.
"""

import hashlib
import hmac
import secrets

from core.keyring import PAPER
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
    return {mark_of(key): key for key in PAPER.all()}


def make_paper_key() -> dict[str, str]:
    """`paper_keys`, after a first key was made if there was none. The caller knows that nothing hangs on a lost one."""
    return {mark_of(key): key for key in PAPER.all(make=True)}
