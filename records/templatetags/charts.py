"""A chart on a page: the drawing, and its table."""

from typing import Any

from django import template

from records.figures.contexts import Chart

register = template.Library()


@register.inclusion_tag("components/chart.html")
def chart(chart: Chart) -> dict[str, Any]:
    """A chart of a page that loads css/charts.css, ECharts and js/charts.js; without scripts its table stands open."""
    return {"chart": chart, "data_id": f"chart-{chart.key}"}
