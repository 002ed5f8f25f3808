"""From where a request comes, as far as it can be believed."""

import ipaddress
from typing import Final

from django.conf import settings
from django.http import HttpRequest

#: In `TRUSTED_PROXIES`: a proxy on this machine that speaks through a socket, which has no address.
SOCKET: Final = "unix"
UNKNOWN: Final = "unknown"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def client_address(request: HttpRequest) -> str:
    """The address nearest to the person that can be believed.

    `X-Forwarded-For` is written by whoever sends the request; only what a proxy of `TRUSTED_PROXIES` has added to its
    end counts, read from the right. An IPv6 connection is a whole /64: that much one household is given.
    """
    address = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    while hops and _is_trusted(address):
        address = hops.pop()
    return _household(address)


def _is_trusted(address: str) -> bool:
    if not address:
        return SOCKET in settings.TRUSTED_PROXIES
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in network for network in _networks())


def _networks() -> list[Network]:
    return [ipaddress.ip_network(one, strict=False) for one in settings.TRUSTED_PROXIES if one != SOCKET]


def _household(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return UNKNOWN
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, 64), strict=False).network_address)
    return str(found)
