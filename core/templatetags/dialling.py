"""Numbers in a text that can be tapped on a phone."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# Emergency and service numbers, mobiles, 400 numbers, land lines with or without area code; no part of a longer one.
_NUMBERS = re.compile(
    r"(?<![\d-])(1[012]\d|12\d{3}|1[3-9]\d{9}|1[3-9]\d[ -]\d{4}[ -]\d{4}|400[ -]?\d{3}[ -]?\d{4}|"
    r"0\d{2,3}[ -]?\d{7,8}|[2-8]\d{6,7})(?![\d-])"
)


@register.filter
def dialled(text: str) -> SafeString:
    """`text`, escaped, with each telephone number as a link that dials it."""

    def link(match: re.Match[str]) -> str:
        number = re.sub(r"[ -]", "", match[0])
        return f'<a class="dial" href="tel:{number}">{match[0]}</a>'

    return mark_safe(_NUMBERS.sub(link, conditional_escape(text)))  # noqa: S308 - escaped before, digits alone added
