"""Where a page may be asked to lead on to."""

from django.utils.http import url_has_allowed_host_and_scheme


def own_path(wanted: str) -> str:
    """`wanted` where it is a path of this very site, else an empty text.

    A word without its first stroke would be taken for the name of an address, and with a colon broke the page.
    """
    return wanted if wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""
