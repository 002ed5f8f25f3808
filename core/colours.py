"""A school's colour and the shades that its papers are printed in: dark enough for type, also in black and white."""

import colorsys
import re
from dataclasses import dataclass
from typing import Final

#: Bamboo, the colour of a school that chose none. The style sheets and drawings of the papers are written with its
#: shades; another colour's shades are put in their place when a paper is set.
BAMBOO: Final = "#2f6b4f"
#: Contrast of type on white paper that anybody can read (WCAG 2.2, 1.4.3); headings get more.
READABLE: Final = 4.5
HEADING: Final = 7.0
_HEX: Final = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class Palette:
    """The shades of one colour as `#rrggbb`, from dark to light.

    `deep` sets headings, `main` rules and fills, `middle` ornaments, `soft` borders, `tint` is a ground for black type.
    """

    deep: str
    main: str
    middle: str
    soft: str
    tint: str


BAMBOO_PALETTE: Final = Palette("#23543d", BAMBOO, "#5f9178", "#94b8a5", "#e4efe8")


def is_colour(text: str) -> bool:
    """Whether `text` is a colour as `#rrggbb` in small letters."""
    return _HEX.fullmatch(text) is not None


def contrast_on_white(colour: str) -> float:
    """The contrast of `#rrggbb` on white, 1 to 21 (WCAG 2.2)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def palette_of(colour: str) -> Palette:
    """The shades of `#rrggbb`. A colour too light for type is darkened, its hue stays. Raises ValueError."""
    if not is_colour(colour):
        raise ValueError("a colour is written #rrggbb")
    if colour == BAMBOO:
        return BAMBOO_PALETTE
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, light, strength = colorsys.rgb_to_hls(red, green, blue)
    main = _darkened(hue, light, strength, contrast=READABLE)
    deep = _darkened(hue, min(light, 0.3), strength, contrast=HEADING)
    middle, soft, tint = (
        _hex(hue, *shade) for shade in ((0.47, strength * 0.6), (0.65, strength * 0.5), (0.92, strength * 0.7))
    )
    return Palette(deep, main, middle, soft, tint)


def recolouring(colour: str) -> dict[str, str]:
    """Which shade stands in for which of bamboo's in style sheets and drawings; empty for bamboo itself."""
    palette = palette_of(colour)
    if palette == BAMBOO_PALETTE:
        return {}
    return {getattr(BAMBOO_PALETTE, name): getattr(palette, name) for name in Palette.__dataclass_fields__}


def _darkened(hue: float, light: float, strength: float, *, contrast: float) -> str:
    found = _hex(hue, light, strength)
    while contrast_on_white(found) < contrast:
        light -= 0.01
        found = _hex(hue, light, strength)
    return found


def _hex(hue: float, light: float, strength: float) -> str:
    return "#" + "".join(f"{round(value * 255):02x}" for value in colorsys.hls_to_rgb(hue, max(light, 0.0), strength))
