"""Style sheets and the first script of a page: by their addresses, or in a browser's first page within the page itself.

A page shows nothing before its sheets are there. On a slow line to ask for them takes as long again as the page; they
go with it once, to a browser that has none yet. A script fetches them for the next page, and then says so by a cookie
(static/js/app.js) that holds nothing but which release's they are.
"""

from functools import lru_cache
from typing import Final

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

COOKIE: Final = "sheets"


@register.simple_tag(takes_context=True)
def sheet(context: Context, name: str) -> SafeString:
    """The style sheet of this name under `static/`."""
    return _within(context, name, "style") or format_html('<link rel="stylesheet" href="{}">', static(name))


@register.simple_tag(takes_context=True)
def first_script(context: Context, name: str) -> SafeString:
    """A script for which the page waits."""
    return _within(context, name, "script") or format_html('<script src="{}"></script>', static(name))


def _within(context: Context, name: str, tag: str) -> SafeString | None:
    """The file itself, if this browser says that it opens a page and has not yet said that it has this release's."""
    request: HttpRequest | None = context.get("request")
    # Where files have no hash in their names nobody keeps them for long.
    release = getattr(staticfiles_storage, "manifest_hash", "")
    if not release or request is None or not hasattr(request, "csp_nonce"):
        return None
    if request.headers.get("Sec-Fetch-Dest") != "document" or request.COOKIES.get(COOKIE) == release:
        return None
    text = _text(name)
    if text is None:
        return None
    return format_html(
        '<{tag} nonce="{nonce}" data-within="{url}" data-release="{release}">{text}</{tag}>',
        tag=tag,
        nonce=request.csp_nonce,
        url=static(name),
        release=release,
        text=text,
    )


@lru_cache
def _text(name: str) -> SafeString | None:
    """What stands in the file; nothing where another machine keeps it."""
    try:
        stored: str = staticfiles_storage.stored_name(name)  # type: ignore[attr-defined]  # whoever has a manifest has it
        with staticfiles_storage.open(stored) as file:
            return mark_safe(str(file.read(), "utf-8"))  # noqa: S308 - our own file
    except OSError:
        return None
