"""A text that stands in the database sealed: whoever copies the database, or a backup of it, cannot read it.

Sealed by `cryptography`'s MultiFernet with the ring of keys `core.keyring.SEALING`: the first key seals, all open.
"""

import base64
import hashlib
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Expression

from core.errors import DomainError
from core.keyring import SEALING

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

_NO_KEY = (
    "打不开加密保存的内容：密钥文件 var/sealing_keys（或环境变量 SEALING_KEYS）不是保存时的那一个。"
    "请系统维护人员把备份的密钥放回去；找不回来的，请重新填写。"
)


class SealBroken(DomainError):
    """No key of the ring opens what is stored."""

    def __init__(self) -> None:
        super().__init__("seal_broken", _NO_KEY)


def seal(text: str) -> str:
    """`text` sealed with the key in use; a first one is made if there was none."""
    return _fernet(make=True).encrypt(text.encode()).decode("ascii")


def unseal(token: str) -> str:
    """What was sealed. Raises SealBroken."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet().decrypt(token.encode()).decode()
    except (InvalidToken, ValueError) as error:
        raise SealBroken from error


def opens(token: str) -> bool:
    """Whether a key of the ring opens `token`."""
    try:
        unseal(token)
    except SealBroken:
        return False
    return True


def resealed(token: str) -> str:
    """The same text sealed with the key in use. Raises SealBroken."""
    from cryptography.fernet import InvalidToken

    try:
        return _fernet().rotate(token.encode()).decode("ascii")
    except (InvalidToken, ValueError) as error:
        raise SealBroken from error


def _fernet(*, make: bool = False) -> "MultiFernet":
    from cryptography.fernet import Fernet, MultiFernet

    # A key of the ring is a text of any length; Fernet wants 32 bytes.
    keys = [Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest())) for key in SEALING.all(make=make)]
    if not keys:
        raise SealBroken
    return MultiFernet(keys)


class SealedField(models.TextField):  # type: ignore[type-arg]  # as Django's own fields are subclassed
    """A text that is sealed on its way to the database and opened on its way out; empty stays empty.

    Lists leave it out (`defer`): loading a row whose key is not there raises SealBroken. It cannot be searched.
    """

    #: Only whether there is something can be asked.
    _ASKED: ClassVar = {"isnull"}

    def get_prep_value(self, value: Any) -> Any:
        """Sealed."""
        text = super().get_prep_value(value)
        return seal(text) if text else text

    def from_db_value(self, value: str | None, expression: Expression, connection: BaseDatabaseWrapper) -> str | None:
        """Opened. Raises SealBroken."""
        return unseal(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        """Refuses to search: the same text is sealed differently each time. Raises NotImplementedError."""
        if lookup_name not in self._ASKED:
            raise NotImplementedError(f"a sealed field cannot be searched by {lookup_name}")
        return super().get_lookup(lookup_name)
