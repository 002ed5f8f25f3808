"""Which characters the printing fonts can show, read from the fonts' own character maps.

A character without a glyph is reported before printing and never comes out as an empty box: a pupil's name
with a rare character is a name, and the family will look at exactly that character.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # fontTools has no types

#: Printed wherever a character has no glyph: 〓, the printer's own mark for a missing sort.
GETA = "\u3013"

#: (family as the style sheets name it, file name, index inside a collection). Debian packages `fonts-lxgw-wenkai`,
#: `fonts-noto-cjk` and `fonts-symbola` (emoji in outline); bold and light cut the same characters as regular.
FONTS = (
    ("LXGW WenKai", "LXGWWenKai-Regular.ttf", 0),
    ("Noto Serif CJK SC", "NotoSerifCJK-Regular.ttc", 2),
    ("Noto Sans CJK SC", "NotoSansCJK-Regular.ttc", 2),
    ("Symbola", "Symbola_hint.ttf", 0),
)
FONT_DIRS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path.home() / ".local/share/fonts",
)

_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
#: Control characters, and the selectors that ask for a coloured or a plain emoji.
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufe0e\ufe0f]")


class FontsMissingError(RuntimeError):
    """None of the printing fonts is installed, so nothing can be printed."""


def font_file(name: str) -> Path | None:
    """Return the installed file called `name`, or None."""
    for folder in FONT_DIRS:
        found = sorted(folder.rglob(name)) if folder.is_dir() else []
        if found:
            return found[0]
    return None


def missing_fonts() -> list[str]:
    """Return the printing families that this machine lacks (empty: ready to print)."""
    return [family for family, name, _ in FONTS if font_file(name) is None]


@cache
def _covered() -> frozenset[int]:
    points: set[int] = set()
    for _family, name, index in FONTS:
        path = font_file(name)
        if path is not None:
            with TTFont(path, fontNumber=index, lazy=True) as font:
                points.update(font.getBestCmap())
    if not points:
        raise FontsMissingError("no printing font found: install fonts-lxgw-wenkai, fonts-noto-cjk and fonts-symbola")
    return frozenset(points)


@cache
def _prints(char: str) -> bool:
    category = unicodedata.category(char)
    if category in {"Cc", "Cf", "Zl", "Zp"} or _SELECTOR.match(char):
        return True  # Shows nothing by itself: line ends, joiners, direction marks, variants.
    if category in {"Co", "Cn", "Cs"}:
        return False  # Private use means another picture in each font, so no font is believed.
    return ord(char) in _covered()


def missing_glyphs(text: str) -> list[str]:
    """Return the characters of `text` that no printing font has, each once, in order of appearance.

    Raises FontsMissingError if no printing font is installed.
    """
    return [char for char in dict.fromkeys(text) if not _prints(char)]


def printable(text: str) -> str:
    """Return `text` as it prints: control characters dropped, each character without a glyph as one 〓.

    An emoji with its skin tone or joined parts counts as one character: a family of four is one 〓, not seven.
    """
    text = _INVISIBLE.sub("", text)
    missing = "".join(missing_glyphs(text))
    if not missing:
        return text
    return re.sub(rf"[{re.escape(missing)}](?:[\U0001f3fb-\U0001f3ff]|\u200d.)*", GETA, text)
