"""The button that closes the first words to a role."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.enums import Role
from accounts.http import ActorRequest, action_for
from accounts.services import close_first_visit
from core.saving import button_done


@action_for()
def close(request: ActorRequest) -> HttpResponse:
    """Close them for good, and back to the page they stood on."""
    if request.POST.get("role") not in Role:
        raise Http404
    role = Role(request.POST["role"])
    button_done(request, lambda: close_first_visit(actor=request.actor, role=role))
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = "home"
    return redirect(target)
