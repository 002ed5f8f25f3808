"""The cells of a bureau's tables: a hundred rows of ten are made in one go, not by a template each."""

from functools import lru_cache
from html import escape

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from records.bureau.queries.schools import Comparison, FigureRow

register = template.Library()


@register.simple_tag
def figure_cells(row: FigureRow, *, mentors: bool = True) -> SafeString:
    """The figures of a row, each in a cell: pupils, with `mentors` these and their share, then each share in words with
    the numbers behind it.
    """
    sizes = [("学生", row.pupils)]
    if mentors:
        sizes += [("导师", str(row.mentors)), ("每位导师", row.per_mentor)]
    cells = [f'<td class="num" data-label="{label}">{escape(words)}</td>' for label, words in sizes]
    cells += [
        f'<td class="num" data-label="{escape(share.label)}">{escape(share.words)} '
        f'<small class="text-secondary">{escape(share.counts)}</small></td>'
        for share in row.columns
    ]
    return mark_safe("\n".join(cells))  # noqa: S308 - each value is escaped


@register.simple_tag
def school_rows(found: Comparison) -> SafeString:
    """A row for each school, and the city's: the same for everybody, and kept while no figure changes."""
    return _school_rows(found)


@lru_cache(maxsize=16)
def _school_rows(found: Comparison) -> SafeString:
    return mark_safe(render_to_string("bureau/_rows.html", {"found": found}).strip())  # noqa: S308 - a template's
