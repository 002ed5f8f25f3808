"""The pictures of the manuals, on a page and on paper."""

from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from records.guides.contexts import PICTURES, SIZES

register = template.Library()


@register.simple_tag(takes_context=True)
def manual_picture(context: dict[str, Any], name: str, words: str) -> SafeString:
    """A picture of the running product that shows `words`. Raises KeyError for one that is not taken."""
    kind = PICTURES[name]
    width, height = SIZES[kind]
    path = f"manual/{name}.png"
    source = path if context.get("on_paper") else static(f"documents/{path}")
    return format_html(
        '<figure class="shot {}"><img src="{}" alt="{}" width="{}" height="{}"></figure>',
        kind, source, words, width, height,
    )  # fmt: skip
