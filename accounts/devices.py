"""Devices that were let in before: a cookie that opens nothing and only says so to `accounts.services.door`.

See "Device cookies" of OWASP (Slow Down Online Guessing Attacks): a stranger's wrong tries never count against a device
on which the person has already signed in, or the family has already opened its slip.
"""

import datetime
import hashlib
import secrets
from typing import Any, Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from accounts.enums import DoorKind
from accounts.services.door import Door, Visitor, hash_of
from core.addresses import client_address

COOKIE: Final = "known_device"
SALT: Final = "known-device"
KEPT_FOR: Final = datetime.timedelta(days=180)
#: So many people and slips one device is known for: the latest ones.
MOST: Final = 20


def visitor(request: HttpRequest, door: Door, subject: str) -> Visitor:
    """Who knocks at `subject`: this device if it was let in there before, else its address; both as hashes."""
    device = _read(request)
    if _place(door, subject) in device["places"]:
        return Visitor(hashlib.sha256(device["id"].encode()).hexdigest()[:32], known=True)
    return Visitor(hash_of(client_address(request)))


def was_signed_in(request: HttpRequest) -> bool:
    """Whether somebody of the staff has signed in on this device."""
    return bool(_read(request).get("staff"))


def know_device(request: HttpRequest, response: HttpResponse, door: Door, subject: str) -> None:
    """From now on this device is known at `subject`."""
    device = _read(request)
    place = _place(door, subject)
    places = [place, *(one for one in device["places"] if one != place)][:MOST]
    response.set_cookie(
        COOKIE,
        signing.dumps(
            {
                "id": device["id"] or secrets.token_urlsafe(16),
                "places": places,
                "staff": bool(device.get("staff")) or door.kind == DoorKind.SIGN_IN,
            },
            salt=SALT,
        ),
        max_age=KEPT_FOR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _place(door: Door, subject: str) -> str:
    return hash_of(f"{door.kind}:{subject}")[:12]


def _read(request: HttpRequest) -> dict[str, Any]:
    try:
        return dict(signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT_FOR))
    except (signing.BadSignature, ValueError, TypeError):
        return {"id": "", "places": []}
