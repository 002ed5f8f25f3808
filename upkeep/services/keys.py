"""Changes the keys that lie under `VAR_DIR`."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection, transaction

from accounts.models import AccountSlip
from core.clock import now
from core.errors import DomainError
from core.keeping import keep_secret, kept_keys
from core.keyring import PAPER, SEALING, KeyRing
from core.sealed import SealBroken, SealedField, resealed
from students.queries import slips_without_key


@dataclass(frozen=True, slots=True)
class Resealed:
    """What a new sealing key has changed."""

    texts: int
    #: Texts that no key of the ring opens.
    broken: int
    former: int


def rotate_sealing(*, forget_former: bool) -> Resealed:
    """A new key seals from now on, and what is sealed already is sealed anew. Killed at any step, everything opens.

    Former keys stay unless `forget_former`, and in any case while a text does not open. Raises DomainError `keys_set`.
    """
    _check_kept(SEALING)
    SEALING.renew()
    texts, broken = 0, 0
    for table, key, column in _sealed_columns():
        done, failed = _reseal(table, key, column)
        texts, broken = texts + done, broken + failed
    former = SEALING.forget_former() if forget_former and not broken else 0
    return Resealed(texts, broken, former)


def rotate_paper() -> int:
    """A new key for the codes of slips printed from now on; returns how many slips have none. Raises DomainError."""
    _check_kept(PAPER)
    PAPER.renew()
    return slips_without_key()


def rotate_secret() -> int:
    """A new key of sessions, mailed links and 账号条; returns how many 账号条 have to be printed anew.

    Running processes go on with the former one until they are started again. Raises DomainError `keys_set`.
    """
    place = Path(settings.VAR_DIR) / "secret_key"
    if settings.SECRET_KEY not in kept_keys(place):
        raise DomainError("keys_set", "密钥来自环境变量 SECRET_KEY：请在那里换成新的一个，再重新启动。")
    keep_secret(place, secrets.token_urlsafe(50))
    return AccountSlip.objects.filter(used_at=None, ended_at=None, valid_until__gt=now()).count()


def _check_kept(ring: KeyRing) -> None:
    if ring.is_set:
        raise DomainError("keys_set", f"密钥来自环境变量 {ring.setting}：请把新密钥写在最前面，旧的留在后面。")


def _sealed_columns() -> list[tuple[str, str, str]]:
    """Table, key's column and column of everything that is sealed."""
    return [
        (model._meta.db_table, str(model._meta.pk.column), str(field.column))
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, SealedField)
    ]


def _reseal(table: str, key: str, column: str) -> tuple[int, int]:
    """Each row that has not changed meanwhile; what did was sealed with the new key anyhow."""
    done = broken = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'SELECT "{key}", "{column}" FROM "{table}" WHERE "{column}" <> \'\'')  # noqa: S608  # our own names
        for pk, token in cursor.fetchall():
            try:
                fresh = resealed(token)
            except SealBroken:
                broken += 1
                continue
            cursor.execute(
                f'UPDATE "{table}" SET "{column}" = %s WHERE "{key}" = %s AND "{column}" = %s',  # noqa: S608  # our own names
                [fresh, pk, token],
            )
            done += cursor.rowcount
    return done, broken
