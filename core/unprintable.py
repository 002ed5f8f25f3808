"""What would not print, said with the person's name before anything is set."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.glyphs import missing_glyphs

#: More are counted, not listed.
SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Unprintable:
    """Characters of one text that do not print. `place` is the kind of text: 姓名, 家访, 谈心, 寄语."""

    name: str
    class_label: str
    place: str
    characters: tuple[str, ...]


def unprintable(name: str, class_label: str, place: str, text: str) -> list[Unprintable]:
    """What of `text` does not print, as a list of one; an empty list if all does."""
    missing = missing_glyphs(text)
    return [Unprintable(name, class_label, place, tuple(missing))] if missing else []


def said_first(request: HttpRequest, found: Sequence[Unprintable]) -> HttpResponse | None:
    """The page that lists what would not print, until the reader goes on all the same; None if there is nothing."""
    asked = request.POST if request.method == "POST" else request.GET
    if not found or asked.get("missing") == "ok":
        return None
    fields = [(key, value) for key, values in asked.lists() if key != "csrfmiddlewaretoken" for value in values]
    shown = found[:SHOWN]
    context = {"found": shown, "more": len(found) - len(shown), "fields": fields, "posts": request.method == "POST"}
    return render(request, "papers/unprintable.html", context, status=409)
