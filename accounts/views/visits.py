"""The button that closes the first words to a role."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from accounts.enums import Role
from accounts.http import ActorRequest, action_for
from accounts.services import close_first_visit
from core.ownpaths import own_path
from core.saving import button_done


@action_for()
def close(request: ActorRequest) -> HttpResponse:
    """Close them for good, and back to the page they stood on."""
    if request.POST.get("role") not in Role:
        raise Http404
    role = Role(request.POST["role"])
    button_done(request, lambda: close_first_visit(actor=request.actor, role=role))
    return redirect(own_path(request.POST.get("next", "")) or "home")
