"""Every character that the fonts cover prints, in each chain of fonts that a style sheet names, from no other font."""

import bz2
import logging
import re
import threading
from functools import cache
from pathlib import Path
from unicodedata import normalize

import pytest
from fontTools.fontBuilder import FontBuilder  # type: ignore[import-untyped]  # fontTools has no types
from fontTools.pens.ttGlyphPen import TTGlyphPen  # type: ignore[import-untyped]  # as above
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]  # as above

from core import glyphs, pdf
from core.pdf import DOCUMENTS_ROOT, html_to_pdf
from tests.documents import reading

#: The readings of Debian's `unicode-data`, with the numbers of the 通用规范汉字表 under the name of kTGH.
UNIHAN = Path("/usr/share/unicode/Unihan_OtherMappings.txt.bz2")
#: Unified ideographs, Extensions A to H, and the two blocks of compatibility ideographs.
BLOCKS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF),
    (0x2CEB0, 0x2EBEF), (0x30000, 0x3134F), (0x31350, 0x323AF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip
NAMES = {"LXGW-WenKai", "Noto-Serif-CJK-SC", "Noto-Sans-CJK-SC", "Symbola-Semi-Condensed"}


def chains() -> list[str]:
    """Each list of families that a style sheet of the papers names."""
    sheets = [sheet.read_text(encoding="utf-8") for sheet in sorted(DOCUMENTS_ROOT.glob("*.css"))]
    found = [chain for sheet in sheets for chain in re.findall(r"font(?:-family)?:([^;}]*\"[^;}]*)", sheet)]
    return sorted({", ".join(re.findall(r'"[^"]+"', chain)) for chain in found})


@cache
def covered_ideographs() -> tuple[str, ...]:
    return tuple(chr(n) for first, last in BLOCKS for n in range(first, last + 1) if not glyphs.missing_glyphs(chr(n)))


@cache
def general_standard() -> frozenset[str]:
    """The characters of the 通用规范汉字表 (2013)."""
    with bz2.open(UNIHAN, "rt", encoding="utf-8") as lines:
        return frozenset(chr(int(line.split("\t")[0][2:], 16)) for line in lines if "\tkTGH\t" in line)


def without_shared_glyphs(characters: tuple[str, ...]) -> list[str]:
    """The characters in texts in which no two have one and the same glyph: a PDF reads each glyph as one character."""
    maps = []
    for _family, name, index in glyphs.FONTS:
        path = glyphs.font_file(name)
        assert path is not None
        with TTFont(path, fontNumber=index, lazy=True) as font:
            maps.append(font.getBestCmap())
    texts: list[list[str]] = []
    rest = list(characters)
    while rest:
        taken: list[set[str]] = [set() for _ in maps]
        chosen, left = [], []
        for char in rest:
            own = [(seen, names[ord(char)]) for seen, names in zip(taken, maps, strict=True) if ord(char) in names]
            if any(glyph in seen for seen, glyph in own):
                left.append(char)
                continue
            chosen.append(char)
            for seen, glyph in own:
                seen.add(glyph)
        texts.append(chosen)
        rest = left
    return ["".join(text) for text in texts]


def set_in(chain: str, text: str) -> str:
    """The text as a section of paragraphs, small enough to have few pages."""
    parts = "".join(f"<p>{text[at : at + 500]}</p>" for at in range(0, len(text), 500))
    return f"<section style='font-family:{chain}'>{parts}</section>"


def page(body: str) -> str:
    style = "@page { size: A2; margin: 5mm } p { margin: 0; font-size: 5pt; overflow-wrap: anywhere }"
    head = f"<title>字</title><style>{style}</style>"
    return f'<!DOCTYPE html><html lang="zh-CN"><head>{head}</head><body>{body}</body></html>'


def test_each_style_sheet_ends_its_chain_with_all_printing_fonts() -> None:
    families = sorted(f'"{family}"' for family, _name, _index in glyphs.FONTS)
    assert [sorted(chain.split(", ")) for chain in chains()] == [families] * len(chains())


def test_the_general_standard_is_covered() -> None:
    assert len(general_standard()) == 8105
    assert general_standard() <= set(covered_ideographs())


def test_every_ideograph_that_the_fonts_cover_prints_and_copies_out_in_every_chain(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        for text in without_shared_glyphs(covered_ideographs()):
            data = html_to_pdf(page("".join(set_in(chain, text) for chain in chains())))
            # Newer Popplers copy a compatibility ideograph out as the one that Unicode calls the same.
            assert normalize("NFC", reading.printed(data, tmp_path)) == normalize("NFC", text) * len(chains())
            found = reading.fonts(data)
            assert (set(found) - NAMES, set(found.values())) == (set(), {True})
            assert reading.glyph_ids(data).count("0000") == 0
    assert caplog.records == []


# --- A machine with coloured emoji ------------------------------------------------------------------------------------
EMOJI = "好😀👍❤️👨‍👩‍👧☀️✅⭐🇨🇳"
CHAIN = '"LXGW WenKai", "Noto Serif CJK SC", "Noto Sans CJK SC", "Symbola"'


@pytest.fixture
def coloured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A font of the name that fontconfig gives to "emoji" first, with a glyph for everything in EMOJI."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    pen.lineTo((0, 900))
    pen.lineTo((900, 0))
    pen.closePath()
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", "swatch"])
    builder.setupCharacterMap({ord(char): "swatch" for char in EMOJI if char != "好"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "swatch": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "swatch": (1000, 0)})
    builder.setupHorizontalHeader(ascent=900, descent=-100)
    builder.setupNameTable({"familyName": "Noto Color Emoji", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    (tmp_path / "fonts").mkdir()
    builder.save(tmp_path / "fonts" / "NotoColorEmoji.ttf")
    settings = tmp_path / "fonts.conf"
    settings.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<include>/etc/fonts/fonts.conf</include><dir>{tmp_path / 'fonts'}</dir></fontconfig>",
        encoding="utf-8",
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(settings))


def set_anew(html: str) -> bytes:
    """The PDF as a thread sets it that has not looked at the fonts yet."""
    made: list[bytes] = []
    thread = threading.Thread(target=lambda: made.append(html_to_pdf(html)))
    thread.start()
    thread.join()
    return made[0]


@pytest.mark.usefixtures("coloured")
def test_emoji_print_in_outline_even_where_a_coloured_font_is_installed(tmp_path: Path) -> None:
    data = set_anew(page(f"<p style='font-family:{CHAIN}'>{EMOJI}</p>"))
    assert reading.fonts(data) == {"LXGW-WenKai": True, "Symbola-Semi-Condensed": True}
    assert reading.printed(data, tmp_path) == "好😀👍❤👨👩👧☀✅⭐🇨🇳"


@pytest.mark.usefixtures("coloured")
def test_that_font_would_be_taken_if_the_text_did_not_ask_for_outlines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "printable", lambda text: text)
    data = set_anew(page(f"<p style='font-family:{CHAIN}'>{EMOJI}</p>"))
    assert "Noto-Color-Emoji" in reading.fonts(data)
