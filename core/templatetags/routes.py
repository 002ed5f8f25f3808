"""Addresses of pages, quickly: Django looks through the whole map of addresses for each, and a list has hundreds."""

from functools import cache
from typing import Any, Final

from django.template import Context, Library
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.html import conditional_escape

register = Library()

#: Where a key stands in a kept address; no key grows so long.
_PLACE: Final = 918_273_645_000_000_000


def address(name: str, *args: Any, **kwargs: Any) -> str:
    """As `reverse`, and as its errors. Where all arguments are keys, Django is asked once for a name, not for a key."""
    values = (*args, *kwargs.values())
    if all(type(value) is int and 0 <= value < _PLACE for value in values):
        parts = _parts(get_script_prefix(), name, len(args), tuple(kwargs))
        if parts is not None:
            return "".join([text if key is None else f"{text}{values[key]}" for text, key in parts])
    return reverse(name, args=args, kwargs=kwargs)


@cache
def _parts(_prefix: str, name: str, args: int, names: tuple[str, ...]) -> tuple[tuple[str, int | None], ...] | None:
    """The address of `name` in pieces, each with the number of the key that follows; None if its keys are choosy."""
    places = [_PLACE + at for at in range(args + len(names))]
    try:
        found = reverse(name, args=places[:args], kwargs=dict(zip(names, places[args:], strict=True)))
    except NoReverseMatch:
        return None
    parts: list[tuple[str, int | None]] = []
    while places_left := sorted(
        (found.index(str(place)), at) for at, place in enumerate(places) if str(place) in found
    ):
        start, at = places_left[0]
        parts.append((found[:start], at))
        found = found[start + len(str(_PLACE)) :]
    return (*parts, (found, None)) if len(parts) == len(places) else None


class _KeptURLNode(URLNode):
    """`{% url %}` by `address`."""

    def render(self, context: Context) -> str:
        args = [arg.resolve(context) for arg in self.args]
        kwargs = {name: value.resolve(context) for name, value in self.kwargs.items()}
        try:
            found = address(self.view_name.resolve(context), *args, **kwargs)
        except NoReverseMatch:
            if self.asvar is None:
                raise
            found = ""
        if self.asvar is not None:
            context[self.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


@register.tag
def url(parser: Parser, token: Token) -> _KeptURLNode:
    """Django's tag, with kept addresses."""
    node = parse_url(parser, token)
    return _KeptURLNode(node.view_name, node.args, node.kwargs, node.asvar)
