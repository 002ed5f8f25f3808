"""Rings of keys that lie apart from the database and from the server's own key: one ring for each thing kept with them.

A ring comes from a setting, or from a file under `VAR_DIR`, one key a line; the first one is used for what is new, and
all of them for what was made before.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

from core.keeping import add_key, keep_secret, kept_keys, renew_key


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The ring of the setting `setting`, or of the file `file`."""

    setting: str
    file: str

    @property
    def is_set(self) -> bool:
        """Whether the keys are handed in from outside: then nothing here makes or changes one."""
        return bool(getattr(settings, self.setting))

    def all(self, *, make: bool = False) -> list[str]:
        """The keys, the one in use first; empty where there is none. With `make` a first one is made."""
        handed: list[str] = getattr(settings, self.setting)
        return list(handed) or kept_keys(self._path, make=make)

    def adopt(self, key: str) -> None:
        """Keep `key`, which was in use in former times, behind the one in use."""
        if not self.is_set:
            add_key(self._path, key)

    def renew(self) -> None:
        """Use a new key for what is new; former ones stay."""
        renew_key(self._path)

    def forget_former(self) -> int:
        """Drop all keys but the one in use; returns how many."""
        keys = kept_keys(self._path)
        if len(keys) > 1:
            keep_secret(self._path, keys[0])
        return max(0, len(keys) - 1)

    @property
    def _path(self) -> Path:
        return Path(settings.VAR_DIR) / self.file


#: What printed codes are derived from (`core.papercodes`).
PAPER: Final = KeyRing("PAPER_KEYS", "paper_keys")
#: What seals texts in the database (`core.sealed`).
SEALING: Final = KeyRing("SEALING_KEYS", "sealing_keys")
