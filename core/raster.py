"""PDF pages as pictures: for previews in the browser, and for comparing a paper with its approved look."""

from io import BytesIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


def page_pictures(pdf: bytes, *, dots_per_inch: float, pages: range | None = None) -> "list[Image.Image]":
    """The pages of `pdf` (or those numbered in `pages`, from 0, as far as they exist) as RGB pictures."""
    import pypdfium2  # type: ignore[import-untyped]  # ships no types

    with pypdfium2.PdfDocument(pdf) as document:
        numbers = [n for n in pages if n < len(document)] if pages is not None else range(len(document))
        return [document[n].render(scale=dots_per_inch / 72).to_pil().convert("RGB") for n in numbers]


def page_png(pdf: bytes, *, dots_per_inch: float, page: int = 0) -> bytes:
    """One page of `pdf` as PNG. Raises IndexError if there is no such page."""
    pictures = page_pictures(pdf, dots_per_inch=dots_per_inch, pages=range(page, page + 1))
    if not pictures:
        raise IndexError(page)
    out = BytesIO()
    pictures[0].save(out, "PNG", optimize=True)
    return out.getvalue()
