"""What would not print, said with the person's name before anything is set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.glyphs import missing_glyphs

#: More are counted, not listed.
SHOWN: Final = 100


@dataclass(frozen=True, slots=True)
class Unprintable:
    """Characters of one text that do not print.

    `group` tells people of one name apart; `place` is the kind of text: 姓名, 家访, 谈心, 寄语.
    """

    name: str
    group: str
    place: str
    characters: tuple[str, ...]

    @property
    def described(self) -> str:
        """The characters with their code points: a screen may lack their glyphs too."""
        return "　".join(f"{character} U+{ord(character):04X}" for character in self.characters)


def unprintable(name: str, group: str, place: str, text: str) -> list[Unprintable]:
    """What of `text` does not print, as a list of one; an empty list if all does."""
    missing = missing_glyphs(text)
    return [Unprintable(name, group, place, tuple(missing))] if missing else []


def unprintable_names(names: Iterable[str], group: str = "", place: str = "姓名") -> list[Unprintable]:
    """The names that do not print, each once."""
    return [found for name in dict.fromkeys(names) for found in unprintable(name, group, place, name)]


def said_first(request: HttpRequest, found: Sequence[Unprintable]) -> HttpResponse | None:
    """The page that lists what would not print, until the reader goes on all the same; None if there is nothing."""
    return listed_first(request, found, template="errors/unprintable.html", answer="missing")


def listed_first(request: HttpRequest, found: Sequence[object], *, template: str, answer: str) -> HttpResponse | None:
    """The page `template` that lists what a paper will lack, until the reader goes on (`answer`); None if nothing.

    The page gets `found`, `more` and, to ask again for the same paper, `fields` and `posts`.
    """
    asked = request.POST if request.method == "POST" else request.GET
    if not found or asked.get(answer) == "ok":
        return None
    fields = [(key, value) for key, values in asked.lists() if key != "csrfmiddlewaretoken" for value in values]
    shown = found[:SHOWN]
    context = {"found": shown, "more": len(found) - len(shown), "fields": fields, "posts": request.method == "POST"}
    return render(request, template, context, status=409)
