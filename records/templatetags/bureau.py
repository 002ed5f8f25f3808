"""The cells of a bureau's tables: a hundred rows of seven are made in one go, not by a template each."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from records.bureau.queries.schools import FigureRow

register = template.Library()


@register.simple_tag
def share_cells(row: FigureRow) -> SafeString:
    """The shares of a row, each in a cell: its words, and the numbers behind them."""
    return format_html_join(
        "\n",
        '<td class="num" data-label="{}">{} <small class="text-secondary">{}</small></td>',
        ((share.label, share.words, share.counts) for share in row.columns),
    )
