"""What stands on the page of a list: its way out and its boxes to tick."""

from typing import Any

from django import template
from django.core.paginator import Page
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jobs.enums import TakenFor

register = template.Library()


@register.simple_tag
def pick(key: int, who: str, form: str = "taken") -> SafeString:
    """The box of a row of a list: `key` is posted as `pick` with the form of `take_out`; `who` says whose row it is."""
    return format_html(
        '<input class="form-check-input" type="checkbox" name="pick" value="{}" form="{}" aria-label="选择{}">',
        key, form, who,
    )  # fmt: skip


@register.inclusion_tag("components/pick_bar.html")
def pick_bar(page: Page[Any], unit: str = "条", form: str = "taken") -> dict[str, Any]:
    """全选本页, the rows of all pages, how many are chosen; inside of the `data-pick-group` with the boxes."""
    return {"page": page, "unit": unit, "form_id": form}


@register.inclusion_tag("components/take_out.html", takes_context=True)
def take_out(
    context: template.RequestContext,
    address: str,
    count: int,
    unit: str = "条",
    *,
    names_children: bool = False,
    confidential: bool = False,
    form: str = "taken",
    picks: bool = False,
) -> dict[str, Any]:
    """导出、打印: the form with the id `form` that posts this page's filters, and what is ticked, to `address`.

    `count` rows stand in the list, all its pages together. With `names_children` or `confidential` it
    asks what for. `picks`: the rows have boxes named `pick` that belong to the form. Other buttons that do something
    with the ticked rows belong to it as well: `form="taken" formaction="…" formnovalidate`.
    """
    request: HttpRequest | None = context.get("request")
    asked = request.GET.lists() if request is not None else []
    return {
        "address": address,
        "count": count,
        "unit": unit,
        "names_children": names_children,
        "asks_why": names_children or confidential,
        "form_id": form,
        "picks": picks,
        "filters": [(name, value) for name, values in asked if name != "page" for value in values],
        "reasons": TakenFor.choices,
        "csrf_token": context.get("csrf_token"),
    }
