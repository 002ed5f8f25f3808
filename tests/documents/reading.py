"""Reads a PDF back the way a school's viewer, printer and screen reader would."""

import re
import shutil
import subprocess
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from pypdf import PageObject, PdfReader
from pypdf.generic import Destination, DictionaryObject

#: Asks for an emoji in outline; shows nothing.
PLAIN = "\ufe0e"


def reader(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def squeezed(text: str) -> str:
    """The characters alone: line ends and blanks are the page's, not the author's."""
    return re.sub(r"\s+", "", text)


def page_texts(pdf: bytes) -> list[str]:
    return [squeezed(page.extract_text()) for page in reader(pdf).pages]


def text(pdf: bytes) -> str:
    return "".join(page_texts(pdf))


def words_of_pages(pdf: bytes) -> list[str]:
    """As `page_texts`, by Poppler: it takes no tenth of a second for each page of squares to be scanned."""
    command = ["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"]
    said = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
    return [squeezed(page) for page in said.split("\f")[:-1]]


def bookmarks(pdf: bytes) -> list[tuple[str, int]]:
    """Title and page number (from 1) of each bookmark; those below another have a `>` for each step down."""
    document = reader(pdf)
    found = []

    def walk(items: Iterable[object], depth: int) -> None:
        for item in items:
            if isinstance(item, list):
                walk(item, depth + 1)
                continue
            assert isinstance(item, Destination)
            number = document.get_destination_page_number(item)
            assert number is not None
            found.append((">" * depth + str(item.title), number + 1))

    walk(document.outline, 0)
    return found


def fonts(pdf: bytes) -> dict[str, bool]:
    """Every font used, by name without the subset mark, and whether its file is inside."""
    found: dict[str, bool] = {}
    for page in reader(pdf).pages:
        _collect_fonts(page.get("/Resources"), found)
    return found


def _collect_fonts(resources: object, found: dict[str, bool]) -> None:
    entries = resources.get_object() if resources is not None else {}  # type: ignore[attr-defined]  # pypdf object
    for font in entries.get("/Font", {}).values():
        item = font.get_object()
        descriptor = item["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        name = str(item["/BaseFont"]).split("+")[-1]
        found[name] = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    for shape in entries.get("/XObject", {}).values():
        if shape.get_object().get("/Subtype") == "/Form":
            _collect_fonts(shape.get_object().get("/Resources"), found)


def figures(pdf: bytes) -> list[str]:
    """The texts of all pictures and codes, in alphabetical order."""
    document = reader(pdf)
    count = int(cast(dict[str, Any], document.trailer)["/Size"])
    objects = [cast(Any, document.get_object(number)) for number in range(1, count)]
    tags = [item for item in objects if isinstance(item, DictionaryObject)]
    return sorted(str(item["/Alt"]) for item in tags if item.get("/S") == "/Figure")


def places(pdf: bytes, tmp_path: Path) -> list[tuple[str, float, float, float, float]]:
    """Each word of the first page with its box in millimetres from the upper left: left, top, right, bottom."""
    path = tmp_path / "places.pdf"
    path.write_bytes(pdf)
    command = ["pdftotext", "-bbox", "-l", "1", str(path), "-"]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)<', listing)
    mm = 25.4 / 72
    return [(word, float(a) * mm, float(b) * mm, float(c) * mm, float(d) * mm) for a, b, c, d, word in found]


def spoken(pdf: bytes, tmp_path: Path) -> str:
    """The text in the order of the tags, which is what a screen reader speaks."""
    path = tmp_path / "spoken.pdf"
    path.write_bytes(pdf)
    listing = subprocess.run(["pdfinfo", "-struct-text", str(path)], capture_output=True, text=True, check=True).stdout
    return squeezed("".join(re.findall(r'^\s*"(.*)"$', listing, flags=re.MULTILINE)))


def printed(pdf: bytes, tmp_path: Path) -> str:
    """The text as Poppler copies it out."""
    path = tmp_path / "printed.pdf"
    path.write_bytes(pdf)
    return squeezed(subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout)


def assert_sound(pdf: bytes, tmp_path: Path, *, title: str) -> None:
    """A sound, tagged PDF/UA-1 with title and language, and every font inside it."""
    document = reader(pdf)
    assert document.metadata is not None
    assert document.metadata.title == title
    root = cast(dict[str, Any], document.root_object)
    assert root["/Lang"] == "zh-CN"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    assert root["/Metadata"].get_data().count(b'pdfuaid:part="1"') == 1
    assert set(fonts(pdf).values()) == {True}
    path = tmp_path / "sound.pdf"
    path.write_bytes(pdf)
    if shutil.which("qpdf"):
        checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")
    info = subprocess.run(["pdfinfo", str(path)], capture_output=True, text=True, check=True)
    assert info.stderr == ""
    assert re.findall(r"^Tagged:\s+(\w+)$", info.stdout, flags=re.MULTILINE) == ["yes"]


def glyph_ids(pdf: bytes) -> list[str]:
    """The numbers of all glyphs shown, as four hexadecimal digits; 0000 is the box of a font that lacks one."""
    found = []
    for page in reader(pdf).pages:
        contents = page.get_contents()
        assert contents is not None
        for array in re.findall(rb"\[([^\]]*)\]\s*TJ", contents.get_data()):
            for run in re.findall(rb"<([0-9a-f]*)>", array):
                digits = run.decode()
                found += [digits[at : at + 4] for at in range(0, len(digits), 4)]
    return found


def drawings(page: PageObject) -> int:
    """How many pictures and drawings a page shows."""
    contents = page.get_contents()
    return contents.get_data().count(b" Do") if contents is not None else 0


def stored_pictures(document: PdfReader) -> int:
    """How many pictures lie in the file, however often they are shown; a mask belongs to its picture."""
    count = int(cast(dict[str, Any], document.trailer)["/Size"])
    items = [cast(Any, document.get_object(number)) for number in range(1, count)]
    pictures = [item for item in items if isinstance(item, DictionaryObject) and item.get("/Subtype") == "/Image"]
    return len(pictures) - sum("/SMask" in item for item in pictures)
