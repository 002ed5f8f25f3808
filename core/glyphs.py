"""Which characters the printing fonts can show, read from the fonts' own character maps.

A character without a glyph is reported before printing and never comes out as an empty box: a pupil's name
with a rare character is a name, and the family will look at exactly that character.
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

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

#: Control characters; marks of a writing direction, for no printing font holds a script that runs from the right, and
#: an override would print a text in another order than it copies out; the selectors that ask for a coloured or a plain
#: emoji (`_PLAIN` is put where it is needed); tones of skin, which print as a swatch; the letters of a flag's tag.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufe0e\ufe0f"
    "\U0001f3fb-\U0001f3ff\U000e0001\U000e0020-\U000e007f]"
)
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_PICTURE = "[\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
#: Emoji joined to one picture: a family, a trade, a head of red hair.
_SEQUENCE = re.compile(f"{_PICTURE}(?:\u200d{_PICTURE})+")
#: What a joined emoji leaves out in print: joiners, and signs of sex and samples of hair, which say nothing alone.
_LEFT_OUT = re.compile("\u200d[\u2640\u2642\U0001f9b0-\U0001f9b3]?")
#: A digit in a key: the digit is what one reads.
_KEY = re.compile(r"(?<=[0-9#*])\u20e3")
#: Ranges with pictures that Pango takes from whatever the system calls its emoji font, in colour if it has one, unless
#: the text asks for plain ones (Unicode TR 51, presentation selectors; the property Emoji_Presentation lies within).
_COLOURED = re.compile("[\u231a-\u23f3\u25fd-\u27bf\u2b1b-\u2b55\U0001f000-\U0001faff]")
_PLAIN = "\ufe0e"


class FontsMissingError(RuntimeError):
    """None of the printing fonts is installed, so nothing can be printed."""


def font_file(name: str) -> Path | None:
    """Return the installed file called `name`, or None."""
    for folder in FONT_DIRS:
        found = sorted(folder.rglob(name)) if folder.is_dir() else []
        if found:
            return found[0]
    return None


@cache
def _covered() -> frozenset[int]:
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # it has no types

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
    if category in {"Co", "Cs"}:
        return False  # Private use means another picture in each font, so no font is believed.
    return ord(char) in _covered()  # Also what this Python does not know yet, such as the characters of Extension H.


def missing_glyphs(text: str) -> list[str]:
    """Return the characters of `text` that no printing font has, each once, in order of appearance.

    What is left out in print anyway (a tone of skin, a sign of sex in a joined emoji) is not missed.
    Raises FontsMissingError if no printing font is installed.
    """
    shown = _SEQUENCE.sub(_parts, _shown(text))
    return [char for char in dict.fromkeys(shown) if not _prints(char)]


def printable(text: str) -> str:
    """Return `text` as it prints: control characters dropped, each character without a glyph as one 〓.

    An emoji has no tone of skin; one that is joined of several prints as its parts side by side, or as one 〓 if one of
    them has no glyph. It is followed by the selector that keeps it in outline whatever fonts the machine has, which
    neither shows nor is copied out.
    """
    text = _SEQUENCE.sub(_parts_or_geta, _shown(text))
    missing = "".join(char for char in dict.fromkeys(text) if not _prints(char))
    if missing:
        text = re.sub(rf"[{re.escape(missing)}]", GETA, text)
    return _COLOURED.sub(rf"\g<0>{_PLAIN}", text)


def _shown(text: str) -> str:
    return _KEY.sub("", _INVISIBLE.sub("", text))


def _parts(found: re.Match[str]) -> str:
    return _LEFT_OUT.sub("", found[0])


def _parts_or_geta(found: re.Match[str]) -> str:
    parts = _parts(found)
    return parts if all(map(_prints, parts)) else GETA
