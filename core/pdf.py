"""HTML → PDF, and PDFs put together: the only module that talks to WeasyPrint and pypdf.

Nothing here knows a request, a model or a pupil. Same content gives the same bytes: no dates, no random numbers.
"""

import hashlib
import threading
from collections.abc import Iterable, Mapping, Sequence
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)
from weasyprint import HTML  # type: ignore[import-untyped]  # WeasyPrint has no types
from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]  # as above
from weasyprint.urls import (  # type: ignore[import-untyped]  # as above
    FatalURLFetchingError,
    URLFetcher,
    URLFetcherResponse,
)

from core.glyphs import printable

#: The only folder whose files a document may use.
DOCUMENTS_ROOT = Path(__file__).resolve().parent.parent / "static" / "documents"
ASSET_SCHEME = "asset"
CONTENT_TYPES = {
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
}
POINTS_PER_MM = 72 / 25.4


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


class DocumentFetcher(URLFetcher):  # type: ignore[misc]  # the base class has no types
    """Gives WeasyPrint the files under one folder and the pictures handed over by the caller, nothing else.

    WeasyPrint's own fetcher reads any file of the machine and any address of the network when the HTML says so.
    Whatever is refused stops the document instead of leaving a hole in it.
    """

    def __init__(self, root: Path, assets: Mapping[str, bytes]) -> None:
        super().__init__(
            allowed_protocols=("file", ASSET_SCHEME),
            allow_redirects=False,
            fail_on_errors=True,
        )
        self._root = root.resolve()
        self._assets = {name: (data, picture_type(data)) for name, data in assets.items()}

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Return the file or picture behind `url`. Raises PdfError for everything that is not allowed."""
        parts = urlsplit(url)
        if parts.scheme == ASSET_SCHEME and parts.path in self._assets:
            data, content_type = self._assets[parts.path]
        elif parts.scheme == "file" and not parts.netloc:
            path = Path(unquote(parts.path)).resolve()
            if not (path.is_relative_to(self._root) and path.is_file() and path.suffix in CONTENT_TYPES):
                raise PdfError(f"not a file of the documents: {path.name}")
            data, content_type = path.read_bytes(), CONTENT_TYPES[path.suffix]
        else:
            raise PdfError(f"address not allowed in a document: {parts.scheme}:")
        message = EmailMessage()
        message["Content-Type"] = content_type
        return URLFetcherResponse(url, data, message)


_local = threading.local()


def _font_configuration() -> FontConfiguration:
    """Return this thread's view of the installed fonts; reading them anew costs more than setting a letter."""
    if not hasattr(_local, "fonts"):
        _local.fonts = FontConfiguration()
    fonts: FontConfiguration = _local.fonts
    return fonts


def html_to_pdf(html: str, *, base: Path | None = None, assets: Mapping[str, bytes] | None = None) -> bytes:
    """Set `html` as a tagged PDF (PDF/UA-1) with embedded subset fonts and return its bytes.

    `base` is the folder that relative addresses start from and the only one they may reach (default: the
    project's `static/documents`); `assets` are PNG or JPEG pictures, used as `<img src="asset:NAME">`. Title and
    language come from the HTML. Characters without a glyph print as 〓 (`core.glyphs.missing_glyphs` reports them).
    Raises PdfError if the HTML asks for anything else.
    """
    root = (base or DOCUMENTS_ROOT).resolve()
    pictures = dict(assets or {})
    fetcher = DocumentFetcher(root, pictures)
    shown = printable(html)
    identity = hashlib.sha256(shown.encode())
    for name in sorted(pictures):
        identity.update(name.encode() + hashlib.sha256(pictures[name]).digest())
    try:
        document = HTML(string=shown, base_url=f"{root.as_uri()}/", url_fetcher=fetcher)
        data: bytes = document.write_pdf(
            pdf_variant="pdf/ua-1",
            pdf_identifier=identity.hexdigest()[:32].encode(),
            font_config=_font_configuration(),
        )
    except FatalURLFetchingError as error:  # Not an Exception: it would pass by every handler of a worker.
        raise PdfError(str(error.__cause__ or error)) from error
    return data


def merge_pdfs(parts: Sequence[bytes], *, title: str) -> bytes:
    """Return one PDF with the pages, bookmarks and tags of all `parts` in order.

    `parts` come from `html_to_pdf`; at least one, else ValueError.
    """
    if not parts:
        raise ValueError("nothing to merge")
    writer = PdfWriter()
    numbers = ArrayObject()
    sections = ArrayObject()
    offset = 0
    for index, part in enumerate(parts):
        reader = PdfReader(BytesIO(part))
        first_page = len(writer.pages)
        first_object = len(writer._objects)
        tree = _append(writer, reader)
        own = _array(_dictionary(tree["/ParentTree"])["/Nums"])
        for position in range(0, len(own), 2):
            numbers.extend([NumberObject(int(own[position]) + offset), own[position + 1]])
        for page in writer.pages[first_page:]:
            _shift(page, "/StructParents", offset)
        for item in writer._objects[first_object:]:
            if isinstance(item, DictionaryObject) and item.get("/Type") == "/StructElem":
                _rename_headers(item, f"{index}-")
        sections.extend(_array(tree["/K"]))
        offset += max((int(own[position]) for position in range(0, len(own), 2)), default=-1) + 1
    _set_tree(writer, sections, numbers)
    return _finish(writer, PdfReader(BytesIO(parts[0])), title, parts)


def two_up(pdf: bytes, *, gap_mm: float = 1.0) -> bytes:
    """Return the A5 pages of `pdf` two by two on landscape A4 sheets, with cut marks in the middle, tags kept."""
    reader = PdfReader(BytesIO(pdf))
    writer = PdfWriter()
    tree = _append(writer, reader)
    pages = list(writer.pages)
    width, height = float(pages[0].mediabox.width), float(pages[0].mediabox.height)
    sheet_width = width * 2 + gap_mm * POINTS_PER_MM
    homes: dict[int, tuple[IndirectObject, IndirectObject, float]] = {}
    for start in range(0, len(pages), 2):
        sheet = writer.add_blank_page(sheet_width, height)
        sheet[NameObject("/Tabs")] = NameObject("/S")
        commands = _cut_marks(sheet_width / 2, height)
        forms = DictionaryObject()
        for side, page in enumerate(pages[start : start + 2]):
            left = side * (sheet_width - width)
            form = writer._add_object(_as_form(page, width, height))
            forms[NameObject(f"/Side{side}")] = form
            commands += f"q 1 0 0 1 {left:.3f} 0 cm /Side{side} Do Q\n"
            homes[_reference(page).idnum] = (_reference(sheet), form, left)
        stream = StreamObject()
        stream.set_data(commands.encode())
        sheet[NameObject("/Contents")] = writer._add_object(stream.flate_encode())
        sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): forms})
    for item in writer._objects:
        if isinstance(item, DictionaryObject):
            _move(item, homes)
    for _ in pages:
        writer.remove_page(0)
    _set_tree(writer, _array(tree["/K"]), _array(_dictionary(tree["/ParentTree"])["/Nums"]))
    title = _info(reader, "/Title")
    return _finish(writer, reader, title, [pdf, b"two-up"])


def _append(writer: PdfWriter, reader: PdfReader) -> DictionaryObject:
    """Append all pages and bookmarks and return the tags, which pypdf leaves behind."""
    first = len(writer.pages)
    writer.append(reader)
    for page, original in zip(writer.pages[first:], reader.pages, strict=True):
        page[NameObject("/StructParents")] = NumberObject(_integer(original["/StructParents"]))
    return _dictionary(reader.root_object["/StructTreeRoot"].clone(writer))


def _cut_marks(x: float, height: float) -> str:
    tick = 5 * POINTS_PER_MM
    return (
        "/Artifact BMC q 0.4 w 0.45 G "
        f"{x:.3f} 0 m {x:.3f} {tick:.3f} l S {x:.3f} {height - tick:.3f} m {x:.3f} {height:.3f} l S Q EMC\n"
    )


def _as_form(page: DictionaryObject, width: float, height: float) -> StreamObject:
    """Return the page as a picture-like object that keeps its own marked content."""
    contents = page["/Contents"].get_object()
    stream = StreamObject()
    stream.set_data(contents.get_data() if isinstance(contents, StreamObject) else b"")
    form = stream.flate_encode()
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = ArrayObject(FloatObject(value) for value in (0, 0, width, height))
    form[NameObject("/Resources")] = page.raw_get("/Resources")
    form[NameObject("/StructParents")] = page["/StructParents"]
    return form


def _move(
    item: DictionaryObject,
    homes: Mapping[int, tuple[IndirectObject, IndirectObject, float]],
) -> None:
    """Point a tag or a bookmark from the page it was on to its sheet."""
    if item.get("/Type") == "/StructElem" and "/Pg" in item:
        sheet, form, _left = homes[item.raw_get("/Pg").idnum]
        item[NameObject("/Pg")] = sheet
        kids = _array(item.get("/K", ArrayObject()))
        for position, kid in enumerate(kids):
            if isinstance(kid, NumberObject):
                kids[position] = DictionaryObject(
                    {
                        NameObject("/Type"): NameObject("/MCR"),
                        NameObject("/Pg"): sheet,
                        NameObject("/Stm"): form,
                        NameObject("/MCID"): kid,
                    }
                )
    target = item.get("/Dest")
    if isinstance(target, ArrayObject) and isinstance(target[0], IndirectObject) and target[0].idnum in homes:
        sheet, _form, left = homes[target[0].idnum]
        moved = [sheet, target[1], FloatObject(float(target[2]) + left), *target[3:]]
        item[NameObject("/Dest")] = ArrayObject(moved)


def _rename_headers(element: DictionaryObject, prefix: str) -> None:
    """Keep the names of table header cells apart that two documents both use."""
    if "/ID" in element:
        element[NameObject("/ID")] = TextStringObject(prefix + str(element["/ID"]))
    attributes = element.get("/A")
    if isinstance(attributes, DictionaryObject) and "/Headers" in attributes:
        names = (TextStringObject(prefix + str(name)) for name in _array(attributes["/Headers"]))
        attributes[NameObject("/Headers")] = ArrayObject(names)


def _set_tree(writer: PdfWriter, sections: ArrayObject, numbers: ArrayObject) -> None:
    """Make `sections` the document's tags and `numbers` the way back from the pages to them."""
    tree = DictionaryObject({NameObject("/Type"): NameObject("/StructTreeRoot")})
    reference = writer._add_object(tree)
    for section in sections:
        _dictionary(section.get_object())[NameObject("/P")] = reference
    tree[NameObject("/K")] = sections
    tree[NameObject("/ParentTree")] = writer._add_object(DictionaryObject({NameObject("/Nums"): numbers}))
    writer.root_object[NameObject("/StructTreeRoot")] = reference


def _finish(writer: PdfWriter, model: PdfReader, title: str, content: Iterable[bytes]) -> bytes:
    """Give the written file the language, marks and metadata of `model`, and return its bytes."""
    for key in ("/Lang", "/MarkInfo", "/ViewerPreferences", "/Metadata"):
        writer.root_object[NameObject(key)] = model.root_object.raw_get(key).clone(writer)
    producer = _info(model, "/Producer")
    writer.metadata = {"/Title": title, "/Producer": producer}
    identity = hashlib.sha256(title.encode())
    for part in content:
        identity.update(hashlib.sha256(part).digest())
    name = TextStringObject(identity.hexdigest()[:32])
    writer._ID = ArrayObject([name, name])
    writer.compress_identical_objects(remove_duplicates=False, remove_unreferenced=True)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _shift(item: DictionaryObject, key: str, offset: int) -> None:
    if key in item:
        item[NameObject(key)] = NumberObject(_integer(item[key]) + offset)


def _info(document: PdfReader, key: str) -> str:
    return str(document.metadata[key]) if document.metadata and key in document.metadata else ""


def _reference(page: DictionaryObject) -> IndirectObject:
    if page.indirect_reference is None:
        raise PdfError("a page without a number")
    return page.indirect_reference


def _dictionary(item: object) -> DictionaryObject:
    if not isinstance(item, DictionaryObject):
        raise PdfError("not a PDF of this module")
    return item


def _array(item: object) -> ArrayObject:
    if not isinstance(item, ArrayObject):
        raise PdfError("not a PDF of this module")
    return item


def _integer(item: object) -> int:
    if not isinstance(item, NumberObject):
        raise PdfError("not a PDF of this module")
    return int(item)
