"""Words of danger on a page of somebody who may read the text: they are looked for while the page is made."""

from django import template
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe

from records.danger import Danger, look

register = template.Library()


@register.filter
def danger(text: str) -> Danger:
    """What `text` gives reason for: `.is_today`, `.is_watch`; false without a phrase, which never means no danger."""
    return look(text)


@register.filter
def danger_marked(text: str) -> SafeString:
    """`text` in paragraphs, escaped, with the phrases that gave rise marked."""
    parts, done = [], 0
    for mark in look(text).marks:
        # A mark never reaches over a line: it would open in one paragraph and close in the next.
        phrase = "\n".join(_marked(line) for line in text[mark.start : mark.end].split("\n"))
        parts += [escape(text[done : mark.start]), phrase]
        done = mark.end
    return mark_safe(linebreaks("".join([*parts, escape(text[done:])])))  # noqa: S308 - escaped piece by piece


def _marked(line: str) -> str:
    return f'<mark class="danger-phrase">{escape(line)}</mark>' if line else ""
