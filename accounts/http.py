"""What views need: the request with its actor, their gates, and look-ups that hide other schools."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar, cast

from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from core.kept import kept

P = ParamSpec("P")
M = TypeVar("M", bound=models.Model)
#: What is looked up among: a model, what an actor may see, or rows.
Rows: TypeAlias = type[M] | Callable[Concatenate[Actor, ...], models.QuerySet[M]] | models.QuerySet[M]


class ActorRequest(HttpRequest):
    """A request past the sign-in gate: `actor` and `htmx` are there and `user` is a real one."""

    actor: Actor
    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[ActorRequest, P], HttpResponseBase]


def actor_of(request: HttpRequest) -> Actor | None:
    """Who is signed in, on pages that are open to everybody; None for a family."""
    return cast("ActorRequest", request).actor if request.user.is_authenticated else None


def roles_required(*roles: Role) -> Callable[[View[P]], View[P]]:
    """Only for actors with one of `roles` today; others get 403. The roles are readable as `view.required_roles`."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: ActorRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.actor.has(*roles):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.required_roles = frozenset(roles)  # type: ignore[attr-defined]  # read by the URL × role test
        return guarded

    return decorate


def _view_for(methods: list[str], roles: tuple[Role, ...]) -> Callable[[View[P]], View[P]]:
    """A view for `roles` by `methods`; what it shows is for the person who asked and stays in no cache."""

    def decorate(view: View[P]) -> View[P]:
        return require_http_methods(methods)(never_cache(roles_required(*roles)(view) if roles else view))

    return decorate


def page_for(*roles: Role) -> Callable[[View[P]], View[P]]:
    """A page that is looked at, by actors with one of `roles`; without any, by everybody who is signed in."""
    return _view_for(["GET", "HEAD"], roles)


def form_for(*roles: Role) -> Callable[[View[P]], View[P]]:
    """A page that is looked at and posted to, as `page_for`."""
    return _view_for(["GET", "HEAD", "POST"], roles)


def action_for(*roles: Role) -> Callable[[View[P]], View[P]]:
    """A button's address, which takes posts alone, as `page_for`."""
    return _view_for(["POST"], roles)


def get_visible_or_404(rows: Rows[M], actor: Actor, *given: Any, **lookup: Any) -> M:
    """The row that matches `lookup` among `rows`: what the actor may see, or a model, whose `visible_to` is asked.

    What the actor may see is a module's function of the actor and of what is `given`, so that its query is kept
    (`core.kept`), as a model's is. A queryset serves too; it is put together each time.

    Not among them but in the actor's own school (`in_school` of the model's querysets): PermissionDenied, 403.
    Otherwise, for other schools' rows always, and where the model has no `in_school`, so that not even its school may
    know of a row: Http404.
    """
    if isinstance(rows, models.QuerySet):
        found = list(_first(rows, lookup))
    else:
        found = _first_of(rows, tuple(lookup))(actor, *given, *lookup.values())
    if found:
        return found[0]
    in_school = getattr(_among(rows, actor, *given).model._default_manager, "in_school", None)
    if in_school is not None and in_school(actor).filter(**lookup).exists():
        raise PermissionDenied
    raise Http404


def _among(rows: Rows[M], actor: Actor, *given: Any) -> models.QuerySet[M]:
    if isinstance(rows, models.QuerySet):
        return rows
    if isinstance(rows, type):
        return cast("models.QuerySet[M]", rows._default_manager.visible_to(actor))  # type: ignore[attr-defined]
    return rows(actor, *given)


def _first(rows: models.QuerySet[M], lookup: dict[str, Any]) -> models.QuerySet[M]:
    found = rows.filter(**lookup)
    return (found if found.ordered else found.order_by("pk"))[:1]


@cache
def _first_of(rows: Rows[M], names: tuple[str, ...]) -> Callable[..., list[M]]:
    @kept
    def first(actor: Actor, *values: Any) -> models.QuerySet[M]:
        given = values[: -len(names)]
        return _first(_among(rows, actor, *given), dict(zip(names, values[len(given) :], strict=True)))

    return first
