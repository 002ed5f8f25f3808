"""Opening the software 开通: a code from the console makes the first account, and with it a school or a bureau.

The code is on the console alone. Its keyed hash lies in `opening_code` under `VAR_DIR` until it was used or another one
was made; where several machines share a database, it opens on the machine that printed it.
"""

import contextlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DatabaseError, transaction
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.actors import system_actor
from accounts.enums import Role
from accounts.models import User
from accounts.queries import nobody_yet
from accounts.services.accounts import create_user
from accounts.services.roles import grant_role
from core.clock import today
from core.errors import DomainError
from core.keeping import keep_secret
from core.papercodes import random_code, typed_code
from schools.models import Bureau
from schools.services import NewSchool

CODE_LENGTH: Final = 12

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FirstPerson:
    """Who opens the software, with the password of their own choice. `does_office`: does the work of 德育室, too."""

    name: str
    username: str
    password: str
    email: str = ""
    does_office: bool = False


def new_opening_code() -> str:
    """A new code; the former one is dead. Raises DomainError `opened`."""
    if not nobody_yet():
        raise _opened()
    code = random_code(CODE_LENGTH)
    keep_secret(_path(), _hash(code))
    return code


def is_opening_code(typed: str) -> bool:
    """Whether `typed` is the code that was printed last, in a time that tells nothing."""
    try:
        kept = _path().read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return False
    return constant_time_compare(kept, _hash(typed))


def say_who_opens() -> None:
    """For a web process that was started without `script/server`: one line of the log where nobody can sign in yet."""
    with contextlib.suppress(DatabaseError):
        if nobody_yet() and not _path().exists():
            logger.warning("还没有账号。请运行 manage.py opening_code，用它打印的地址和开通码开通。")


@transaction.atomic
def open_house(*, person: FirstPerson, opens: NewSchool | str) -> User:
    """The first account, 管理员 of a new school, or of the bureau named by a text; the code is gone.

    Raises DomainError `opened`, `bureau_missing`, and what `create_school` raises. Two at once: the one who takes the
    code away is the first, for there is one of it.
    """
    if not nobody_yet():
        raise _opened()
    school = opens.create()[0] if isinstance(opens, NewSchool) else None
    bureau = None if isinstance(opens, NewSchool) else _bureau(opens)
    actor = system_actor(school_id=school.pk if school is not None else None, today=today())
    user = create_user(
        actor=actor,
        username=person.username,
        name=person.name,
        school=school,
        password=person.password,
        email=person.email,
    )
    roles = [Role.BUREAU]
    if school is not None:
        roles = [Role.SCHOOL_ADMIN, Role.MORAL_OFFICE] if person.does_office else [Role.SCHOOL_ADMIN]
    for role in roles:
        grant_role(actor=actor, user=user, role=role, school=school, bureau=bureau)
    try:
        _path().unlink()
    except FileNotFoundError as error:
        raise _opened() from error
    return user


def _bureau(name: str) -> Bureau:
    if not name.strip():
        raise DomainError("bureau_missing", "请写教育局的名称。")
    return Bureau.objects.get_or_create(name=name.strip())[0]


def _opened() -> DomainError:
    return DomainError("opened", "已经开通过了，请用账号登录。")


def _hash(code: str) -> str:
    return salted_hmac("opening-code", typed_code(code), algorithm="sha256").hexdigest()


def _path() -> Path:
    return Path(settings.VAR_DIR) / "opening_code"
