"""HTML → PDF: with `core.pdffetcher`, the only module that talks to WeasyPrint.

Nothing here knows a request, a model or a pupil. Same content gives the same bytes: no dates, no random numbers.
"""

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.html import escape

from core.collector import without_collector
from core.glyphs import FONTS, font_file, printable

if TYPE_CHECKING:
    import weasyprint  # type: ignore[import-untyped]  # WeasyPrint has no types
    from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]  # as above

#: The only folder whose files a document may use.
DOCUMENTS_ROOT = Path(__file__).resolve().parent.parent / "static" / "documents"
ASSET_SCHEME = "asset"
CONTENT_TYPES = {
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}
#: Text files in which a school's colour takes the place of the one they are written with.
RECOLOURED = frozenset({".css", ".svg"})


class PdfError(Exception):
    """A document could not be made: it asked for a file it may not have, or a picture is none."""


def picture_type(data: bytes) -> str:
    """Return the MIME type of a PNG or JPEG, told by its first bytes.

    Raises PdfError for anything else: an SVG, for one, may itself ask for other files.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    raise PdfError("a picture must be PNG or JPEG")


def read_asset(path: Path, recolour: Mapping[str, str]) -> tuple[bytes, str]:
    """A file of the documents in the school's colours, with its MIME type."""
    data = path.read_bytes()
    if recolour and path.suffix in RECOLOURED:
        data = _recoloured(data, recolour)
    return data, CONTENT_TYPES[path.suffix]


def _recoloured(data: bytes, recolour: Mapping[str, str]) -> bytes:
    """Replace each colour (`#rrggbb`) by its counterpart, all at once: one may be the other's counterpart."""
    pattern = re.compile(b"|".join(re.escape(colour.encode()) for colour in recolour))
    return pattern.sub(lambda found: recolour[found[0].decode()].encode(), data)


def look_file(name: str, recolour: Mapping[str, str]) -> tuple[bytes, str] | None:
    """A style sheet or drawing of `static/documents` in other colours, with its MIME type; None if there is none."""
    path = DOCUMENTS_ROOT / name
    if path.parent != DOCUMENTS_ROOT or path.suffix not in RECOLOURED or not path.is_file():
        return None
    return read_asset(path, recolour)


_local = threading.local()


def _font_configuration() -> "FontConfiguration":
    """Return this thread's view of the installed fonts; reading them anew costs more than setting a letter."""
    from weasyprint.text.fonts import FontConfiguration

    if not hasattr(_local, "fonts"):
        _local.fonts = FontConfiguration()
    fonts: FontConfiguration = _local.fonts
    return fonts


@cache
def press() -> str:
    """What, besides a manuscript itself, decides how it comes out: library, style sheets, drawings and fonts."""
    known = hashlib.sha256(version("weasyprint").encode())
    for path in sorted(p for p in DOCUMENTS_ROOT.rglob("*") if p.suffix in CONTENT_TYPES):
        known.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    for _family, name, _index in FONTS:
        path_of_font = font_file(name)
        if path_of_font is not None:
            known.update(f"{name} {path_of_font.stat().st_size}".encode())
    return known.hexdigest()


@dataclass(frozen=True, slots=True)
class Manuscript:
    """All that a paper shows, ready to be set. The same manuscript gives the same bytes.

    `body` is the inside of the HTML's body, `title` and `author` are the PDF's, `stylesheets` lie in
    `static/documents`. `assets` are PNG or JPEG pictures for `<img src="asset:NAME">`; `recolour` puts colours
    (`#rrggbb`) of style sheets and drawings in the place of others.
    """

    title: str
    author: str
    body: str
    stylesheets: tuple[str, ...]
    assets: Mapping[str, bytes] = field(default_factory=dict)
    recolour: Mapping[str, str] = field(default_factory=dict)

    @property
    def html(self) -> str:
        """The whole document."""
        return page_html(self.title, self.author, self.stylesheets, self.body)

    @property
    def digest(self) -> str:
        """64 hex digits for all that the paper shows: with another text, picture, colour or font they differ."""
        return _digest(self.html, self.assets, self.recolour, press())


def manuscript(
    template: str,
    context: Mapping[str, Any],
    *,
    title: str,
    author: str,
    stylesheets: tuple[str, ...],
    assets: Mapping[str, bytes] | None = None,
    recolour: Mapping[str, str] | None = None,
) -> Manuscript:
    """The manuscript whose body is `template` filled with `context`."""
    body = render_to_string(template, dict(context))
    return Manuscript(title, author, body, stylesheets, dict(assets or {}), dict(recolour or {}))


def page_html(title: str, author: str, stylesheets: Sequence[str], body: str) -> str:
    """A whole HTML document around `body`; title and author are escaped."""
    links = "".join(f'<link rel="stylesheet" href="{escape(name)}">' for name in stylesheets)
    return (
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        f'<title>{escape(title)}</title><meta name="author" content="{escape(author)}">{links}'
        f"</head><body>{body}</body></html>"
    )


def _digest(html: str, assets: Mapping[str, bytes], recolour: Mapping[str, str], more: str = "") -> str:
    identity = hashlib.sha256(printable(html).encode())
    for name in sorted(assets):
        identity.update(name.encode() + hashlib.sha256(assets[name]).digest())
    identity.update(repr(sorted(recolour.items())).encode() + more.encode())
    return identity.hexdigest()


def set_pdf(paper: Manuscript) -> bytes:
    """Set one paper: a tagged PDF (PDF/UA-1) with embedded subset fonts. Raises PdfError."""
    return html_to_pdf(paper.html, assets=paper.assets, recolour=paper.recolour)


def set_each(papers: Sequence[Manuscript]) -> list[bytes]:
    """Set many papers, each as a file of its own, with the very bytes that `set_pdf` gives.

    Those of equal style sheets and colours are laid out together, which takes a fraction of the time, and then written
    apart. Each must have one bookmark, on its first page (else ValueError), and no page numbers. Raises PdfError.
    """
    alike: dict[object, list[int]] = {}
    for number, paper in enumerate(papers):
        alike.setdefault((paper.stylesheets, tuple(sorted(paper.recolour.items()))), []).append(number)
    files: dict[int, bytes] = {}
    for numbers in alike.values():
        files.update(zip(numbers, _set_alike([papers[number] for number in numbers]), strict=True))
    return [files[number] for number in range(len(papers))]


def _set_alike(papers: Sequence[Manuscript]) -> list[bytes]:
    first = papers[0]
    assets = {name: data for paper in papers for name, data in paper.assets.items()}
    html = page_html("", "", first.stylesheets, "".join(paper.body for paper in papers))
    with _laid_out(html, DOCUMENTS_ROOT, assets, first.recolour) as document:
        starts = [number for number, page in enumerate(document.pages) for _mark in page.bookmarks]
        if len(starts) != len(papers):
            raise ValueError("each paper that is set together with others has one bookmark")
        ends = [*starts[1:], len(document.pages)]
        files = []
        for paper, start, end in zip(papers, starts, ends, strict=True):
            own = document.copy(document.pages[start:end])
            own.metadata.title, own.metadata.authors = printable(paper.title), [printable(paper.author)]
            files.append(_written(own, _digest(paper.html, paper.assets, paper.recolour)))
    return files


def html_to_pdf(
    html: str,
    *,
    base: Path | None = None,
    assets: Mapping[str, bytes] | None = None,
    recolour: Mapping[str, str] | None = None,
) -> bytes:
    """Set `html` as a tagged PDF (PDF/UA-1) with embedded subset fonts and return its bytes.

    `base` is the folder that relative addresses start from and the only one they may reach (default: the
    project's `static/documents`); `assets` and `recolour` as in `Manuscript`. Title and language come from the
    HTML. Characters without a glyph print as 〓 (`core.glyphs.missing_glyphs` reports them).
    Raises PdfError if the HTML asks for anything else.
    """
    pictures, colours = dict(assets or {}), dict(recolour or {})
    with _laid_out(html, (base or DOCUMENTS_ROOT).resolve(), pictures, colours) as document:
        return _written(document, _digest(html, pictures, colours))


@contextmanager
def _laid_out(
    html: str, root: Path, assets: Mapping[str, bytes], recolour: Mapping[str, str]
) -> "Iterator[weasyprint.Document]":
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError  # type: ignore[import-untyped]  # it has no types

    from core.pdffetcher import DocumentFetcher

    fetcher = DocumentFetcher(root, assets, recolour)
    # Layout makes a great many small objects that all live until the file is written.
    with without_collector():
        try:
            page = HTML(string=printable(html), base_url=f"{root.as_uri()}/", url_fetcher=fetcher)
            yield page.render(font_config=_font_configuration(), pdf_variant="pdf/ua-1")
        except FatalURLFetchingError as error:  # Not an Exception: it would pass by every handler of a worker.
            raise PdfError(str(error.__cause__ or error)) from error


def _written(document: "weasyprint.Document", digest: str) -> bytes:
    from core.pdfwriter import pack

    data: bytes = document.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=digest[:32].encode(), finisher=pack)
    return data
