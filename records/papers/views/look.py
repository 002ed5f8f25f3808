"""The papers' style sheets, drawings and logo in the school's shades, for a page that shows a paper as it prints."""

import hashlib
from typing import Final

from django.http import Http404, HttpResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from accounts.enums import Role
from accounts.http import ActorRequest, roles_required
from core.colours import is_colour, recolouring
from core.pdf import look_file, picture_type, press
from schools.contexts import Letterhead
from schools.queries import paper_style

#: The address changes with what it leads to.
CACHE_SECONDS: Final = 30 * 24 * 3600


def look_address(name: str, head: Letterhead) -> str:
    """Where a page finds the file `name` of `static/documents` in the shades of `head`."""
    if not head.recolour:
        return static(f"documents/{name}")
    return reverse("papers:look", args=[f"{press()[:12]}-{head.colour[1:]}", name])


def logo_address(head: Letterhead) -> str:
    """Where a page finds the logo of its own school; empty without one."""
    if head.logo is None:
        return ""
    return reverse("papers:logo", args=[hashlib.sha256(head.logo).hexdigest()[:12]])


@roles_required(Role.MENTOR)
@require_safe
def look(request: ActorRequest, mark: str, name: str) -> HttpResponse:
    """A style sheet or drawing of the papers; `mark` ends with the six digits of a colour. It tells of no school."""
    colour = f"#{mark[-6:]}"
    found = look_file(name, recolouring(colour)) if is_colour(colour) else None
    if found is None:
        raise Http404
    return _cached(HttpResponse(found[0], content_type=found[1]))


@roles_required(Role.MENTOR)
@require_safe
def logo(request: ActorRequest, mark: str) -> HttpResponse:
    """The logo of one's own school, whatever `mark` says: it is there for the cache."""
    school = request.actor.school
    data = paper_style(school).head.logo if school is not None else None
    if data is None:
        raise Http404
    return _cached(HttpResponse(data, content_type=picture_type(data)))


def _cached(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, max_age=CACHE_SECONDS, immutable=True)
    return response
