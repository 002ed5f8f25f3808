"""Lists page by page: what fits on one page is asked by one kept query, and not counted."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, ParamSpec, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from core.kept import kept

P = ParamSpec("P")
Row = TypeVar("Row")


def list_page(
    request: HttpRequest, size: int, rows: Callable[P, QuerySet[Any, Row]], *args: P.args, **kwargs: P.kwargs
) -> Page[Row]:
    """The page that `?page=` names, of `size` of the rows of a module's function, whose query is kept (`core.kept`).

    One query where all fit on one page; else two more, one less on the first.
    """
    first = _beginning(rows, size + 1)(*args, **kwargs)
    pages = _Pages(first, size) if len(first) <= size else _Pages(rows(*args, **kwargs), size, first[:size])
    return pages.get_page(request.GET.get("page"))


class _Pages(Paginator):  # type: ignore[type-arg]  # Django's cannot be told of what
    def __init__(self, rows: Any, size: int, first: Sequence[Any] | None = None) -> None:
        super().__init__(rows, size)
        self.first = first

    def _get_page(self, rows: Any, number: int, paginator: Any) -> Page[Any]:
        return Page(self.first if self.first is not None and number == 1 else rows, number, paginator)


@cache
def _beginning(rows: Callable[..., QuerySet[Any, Row]], most: int) -> Callable[..., list[Row]]:
    @kept
    def beginning(*args: Any, **kwargs: Any) -> QuerySet[Any, Row]:
        return rows(*args, **kwargs)[:most]

    return beginning
