"""The floor of a page: what its template still asks is seen, and is not counted twice."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.template import Context, Template

from schools.models import School

BENCH = str(Path(__file__).resolve().parents[2] / "bench")
pytestmark = pytest.mark.django_db


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module; the scripts of bench/ are no package."""
    monkeypatch.syspath_prepend(BENCH)
    import page_floor  # noqa: PLC0415 - as above

    yield page_floor
    for name in ("page_floor", "city", "figures", "places", "postgres", "setting"):
        sys.modules.pop(name, None)


def _page(words: str, **values: Any) -> Callable[[], HttpResponse]:
    """A page of which the view hands `values` to a template, calling those that are to be made anew each time."""
    template = Template(words)
    return lambda: HttpResponse(template.render(Context({name: make() for name, make in values.items()})))


def test_what_the_view_has_asked_lazily_is_ready_in_the_floor(bench: Any) -> None:
    page = _page("{% for one in schools %}{{ one.name }}{% endfor %}", schools=School.objects.all)
    found = bench.measure("lazily", page, 1)
    assert (found.queries, found.asked) == (1, 0)


def test_a_template_that_asks_by_itself_is_found_out(bench: Any) -> None:
    page = _page("{{ schools.count }}{{ schools.exists }}", schools=School.objects.all)
    found = bench.measure("by itself", page, 1)
    assert (found.queries, found.asked) == (2, 2)


def test_a_template_that_comes_out_shorter_from_ready_values_is_refused(bench: Any) -> None:
    """A generator is at its end after the first rendering: its floor would be too low."""
    page = _page("{% for one in names %}{{ one }}{% endfor %}", names=lambda: iter("王李张"))
    with pytest.raises(AssertionError, match="0 characters from ready values instead of 3"):
        bench.measure("once", page, 1)
