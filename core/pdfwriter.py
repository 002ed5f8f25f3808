"""How WeasyPrint writes a PDF, where its own way costs a letter two thirds of its time: fonts and packing.

Importing it changes WeasyPrint for the whole process; only `core.pdf` does. Same content gives the same bytes.
"""

import copy
import threading
import zlib
from collections.abc import Collection, Sequence
from typing import Any, Final

import pydyf  # type: ignore[import-untyped]  # it has no types
from weasyprint.pdf import stream as drawing  # type: ignore[import-untyped]  # it has no types
from weasyprint.pdf.fonts import Font  # type: ignore[import-untyped]  # as above
from weasyprint.text.ffi import ffi, harfbuzz, harfbuzz_subset, pango  # type: ignore[import-untyped]  # as above
from weasyprint.text.fonts import get_hb_object_data  # type: ignore[import-untyped]  # as above

#: zlib's level: the highest, which WeasyPrint takes, needs three times as long for the long empty tables of a subset
#: font and saves two hundredths of the file.
LEVEL: Final = 4
#: Tables that no PDF needs, in the order of the alphabet.
_DROPPED: Final = (
    b"BASE", b"DSIG", b"EBDT", b"EBLC", b"EBSC", b"GPOS", b"GSUB", b"JSTF", b"LTSH", b"PCLT", b"SVG ",
)  # fmt: skip


class _SharedFont(Font):  # type: ignore[misc]  # the base class has no types
    """A font of one document that was read for an earlier one: 20 MB are not copied for each letter."""

    def subset(self, to_unicode: Collection[int], hinting: bool) -> None:
        """Take the glyphs `to_unicode` out of the font, in one step.

        WeasyPrint cuts the glyphs out first and the numbers behind the last one afterwards: with the fonts of our
        papers the bytes are the same, for HarfBuzz ends at the last glyph anyway.
        """
        self.file_content = self._cut_out(to_unicode, hinting) if to_unicode else None
        if self.file_content is None:
            self.file_content = get_hb_object_data(self.hb_face)
            super().subset(to_unicode, hinting)

    def _cut_out(self, glyphs: Collection[int], hinting: bool) -> bytes | None:
        if not harfbuzz_subset:
            return None
        wish = ffi.gc(harfbuzz_subset.hb_subset_input_create_or_fail(), harfbuzz_subset.hb_subset_input_destroy)
        _fill(harfbuzz_subset.hb_subset_input_glyph_set(wish), sorted(glyphs))
        _fill(
            harfbuzz_subset.hb_subset_input_set(wish, harfbuzz_subset.HB_SUBSET_SETS_DROP_TABLE_TAG),
            [harfbuzz.hb_tag_from_string(name, -1) for name in _DROPPED],
        )
        flags = (
            harfbuzz_subset.HB_SUBSET_FLAGS_RETAIN_GIDS
            | harfbuzz_subset.HB_SUBSET_FLAGS_PASSTHROUGH_UNRECOGNIZED
            | harfbuzz_subset.HB_SUBSET_FLAGS_DESUBROUTINIZE
        )
        if not hinting:
            flags |= harfbuzz_subset.HB_SUBSET_FLAGS_NO_HINTING
        if self.missing:
            flags |= harfbuzz_subset.HB_SUBSET_FLAGS_NOTDEF_OUTLINE
        harfbuzz_subset.hb_subset_input_set_flags(wish, flags)
        face = harfbuzz_subset.hb_subset_or_fail(self.hb_face, wish)
        data: bytes | None = None
        if face:
            data = get_hb_object_data(ffi.gc(face, harfbuzz.hb_face_destroy))
        return data or None


def _fill(numbers: Any, values: Sequence[int]) -> None:
    """Put `values`, which rise, into a set of HarfBuzz's."""
    harfbuzz.hb_set_add_sorted_array(numbers, ffi.new(f"hb_codepoint_t[{len(values)}]", values), len(values))


_read = threading.local()


def _shared(pango_font: Any, description: Any, size: float) -> _SharedFont:
    """What `Font` gives, without reading again what this thread has read: its fonts are those of its configuration.

    The size is part of the key, for ascent and descent are rounded at it: what was set before must not show.
    """
    fonts = _read.__dict__
    key = f"{pango.pango_font_description_hash(description)} {size}"
    if key not in fonts:
        fonts[key] = _SharedFont(pango_font, description, size)
        fonts[key].file_content = None
    font: _SharedFont = copy.copy(fonts[key])
    font.hb_font = pango.pango_font_get_hb_font(pango_font)
    font.variations, font.widths, font.to_unicode, font.missing = dict(font.variations), {}, {}, {}
    return font


drawing.Font = _shared


def pack(_document: Any, pdf: pydyf.PDF) -> None:
    """Pack the streams of `pdf` (WeasyPrint's `finisher`), before it would do so itself."""
    for item in pdf.objects:
        if isinstance(item, pydyf.Stream) and item.compress:
            item.compress = False
            plain = item.data.partition(b"\nstream\n")[2].removesuffix(b"\nendstream")
            item.stream = [zlib.compress(plain, LEVEL)]
            item.extra = {**item.extra, "Filter": "/FlateDecode"}
