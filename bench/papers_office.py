"""The peer of bench/papers.py: a mail merge in LibreOffice Writer, as a school would do it today.

Run by the system's Python (`uno` belongs to it): `papers_office.py FOLDER`. The folder holds `letters.json`, a list of
rows. A `.docx` main document with merge fields is written (A5, the letters' font, no drawings), the rows become a CSV
file that is registered as a data source, and LibreOffice's own service `com.sun.star.text.MailMerge` merges all of
them into one document, which is exported as `letters.pdf` with the options that ours has (tagged, PDF/UA). All through
one headless `soffice`. Prints seconds as JSON: `start` until soffice answers, `build` for the merge, `convert` for the
export. A merge of one row goes first, so that the libraries are loaded when the clock runs.
"""

import csv
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]  # comes with LibreOffice, for the system's Python
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]  # made by uno

COLUMNS = ("name", "term", "p1", "p2", "p3", "advice_title", "advice", "mentor", "date")
FONT = "LXGW WenKai"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8"?>'
SHELL = 4  # com.sun.star.text.MailMergeType.SHELL: one document, kept open
TABLE = 0  # com.sun.star.sdb.CommandType.TABLE
START_SECONDS = 60


def main() -> None:
    folder = Path(sys.argv[1])
    rows = json.loads((folder / "letters.json").read_text(encoding="utf-8"))
    write_main_document(folder / "letter.docx", school=rows[0]["school"], title=rows[0]["title"])
    tables = folder / "tables"
    tables.mkdir(exist_ok=True)
    write_rows(tables / "one.csv", rows[:1])
    write_rows(tables / "letters.csv", rows)
    if not (folder / "profile").exists():
        # The very first start makes the user's profile: a school has that behind it.
        with Office(folder):
            pass
    with Office(folder) as office:
        office.register("letters", tables)
        office.merge("one")
        began = time.perf_counter()
        document = office.merge("letters")
        built = time.perf_counter()
        office.export(document, folder / "letters.pdf")
        ended = time.perf_counter()
        print(json.dumps({"start": office.start, "build": built - began, "convert": ended - built}))


class Office:
    """A running headless soffice with a profile of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> "Office":
        began = time.perf_counter()
        profile = (self._folder / "profile").as_uri()
        pipe = f"pipe,name=papers{time.time_ns()};urp"
        self._process = subprocess.Popen(
            ["soffice", f"-env:UserInstallation={profile}", "--headless", "--norestore", "--nologo", "--nodefault",
             f"--accept={pipe};StarOffice.ComponentContext"],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        while True:
            try:
                self._context = resolver.resolve(f"uno:{pipe};StarOffice.ComponentContext")
                break
            except Exception:  # it is not there yet
                if time.perf_counter() - began > START_SECONDS:
                    raise
                time.sleep(0.02)
        self._desktop = self._made("com.sun.star.frame.Desktop")
        self.start = time.perf_counter() - began
        return self

    def __exit__(self, *_error: object) -> None:
        # Closing a merged document crashes LibreOffice 7.4 now and then; nothing that was measured hangs on it.
        try:
            self._desktop.terminate()
            self._process.wait(timeout=20)
        except Exception:  # the bridge is gone, or it does not end by itself
            self._process.kill()
            self._process.wait()

    def _made(self, service: str) -> Any:
        return self._context.ServiceManager.createInstanceWithContext(service, self._context)

    def register(self, name: str, tables: Path) -> None:
        """Make the CSV files of a folder known as a data source."""
        databases = self._made("com.sun.star.sdb.DatabaseContext")
        source = databases.createInstance()
        source.URL = f"sdbc:flat:{tables.as_uri()}"
        source.Info = _values(
            Extension="csv", CharSet="UTF-8", HeaderLine=True, FieldDelimiter=",", StringDelimiter='"'
        )
        source.DatabaseDocument.storeAsURL((tables / f"{name}.odb").as_uri(), ())
        if databases.hasByName(name):
            databases.revokeObject(name)
        databases.registerObject(name, source)

    def merge(self, table: str) -> Any:
        """The document that the main document and all rows of a table make."""
        merge = self._made("com.sun.star.text.MailMerge")
        merge.DataSourceName, merge.CommandType, merge.Command = "letters", TABLE, table
        merge.OutputType = SHELL
        merge.DocumentURL = (self._folder / "letter.docx").as_uri()
        return merge.execute(())

    def export(self, document: Any, path: Path) -> None:
        """Write it as a tagged PDF."""
        options = uno.Any(
            "[]com.sun.star.beans.PropertyValue", _values(UseTaggedPDF=True, PDFUACompliance=True, ExportBookmarks=True)
        )
        document.storeToURL(path.as_uri(), _values(FilterName="writer_pdf_Export", FilterData=options))


def _values(**values: Any) -> tuple[Any, ...]:
    return tuple(PropertyValue(Name=name, Value=value) for name, value in values.items())


def write_rows(path: Path, rows: list[dict[str, str]]) -> None:
    """The data source: one row a letter, all of its paragraphs in columns of their own."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, quoting=csv.QUOTE_ALL, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def write_main_document(path: Path, *, school: str, title: str) -> None:
    """A letter with merge fields, laid out as ours: page and margins in twentieths of a point, type in halves."""
    body = "".join(
        (
            _paragraph("School", _text(school)),
            _paragraph("Term", _field("term")),
            _paragraph("Heading1", _text(title)),
            _paragraph("Plain", _field("name"), _text("同学：")),
            *(_paragraph("Body", _field(column)) for column in ("p1", "p2", "p3")),
            _paragraph("Heading2", _field("advice_title")),
            _paragraph("Body", _field("advice")),
            _paragraph("Signed", _text("导师　"), _field("mentor")),
            _paragraph("Signed", _field("date")),
        )
    )
    page = (
        '<w:sectPr><w:pgSz w:w="8391" w:h="11906"/><w:pgMar w:top="794" w:right="822" w:bottom="794" w:left="1304"'
        ' w:header="0" w:footer="0" w:gutter="0"/></w:sectPr>'
    )
    fonts = "".join(f' w:{script}="{FONT}"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))
    styles = (
        f"<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts{fonts}/>"
        '<w:sz w:val="22"/><w:lang w:val="zh-CN" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault></w:docDefaults>'
        + _style("School", "", '<w:color w:val="3F5A4B"/><w:sz w:val="22"/>')
        + _style("Term", "", '<w:color w:val="3F5A4B"/><w:sz w:val="17"/>')
        + _style(
            "Heading1",
            '<w:spacing w:before="260" w:after="200"/><w:outlineLvl w:val="0"/>',
            '<w:color w:val="23543D"/><w:spacing w:val="130"/><w:sz w:val="52"/>',
        )
        + _style("Heading2", '<w:outlineLvl w:val="1"/>', '<w:color w:val="23543D"/>')
        + _style("Plain", '<w:spacing w:line="380"/>')
        + _style("Body", '<w:spacing w:line="380"/><w:ind w:firstLine="440"/><w:jc w:val="both"/>')
        + _style("Signed", '<w:spacing w:line="380"/><w:jc w:val="right"/>')
    )
    main, sheet = "word/document.xml", "word/styles.xml"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/{main}" ContentType="{kind}.document.main+xml"/>'
        f'<Override PartName="/{sheet}" ContentType="{kind}.styles+xml"/></Types>',
        "_rels/.rels": _relation("officeDocument", main),
        "word/_rels/document.xml.rels": _relation("styles", "styles.xml"),
        main: f'<w:document xmlns:w="{WORD}"><w:body>{body}{page}</w:body></w:document>',
        sheet: f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, XML + text)


def _relation(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/{kind}" '
        f'Target="{target}"/></Relationships>'
    )


def _style(name: str, paragraph: str, letters: str = "") -> str:
    shown = {"Heading1": "heading 1", "Heading2": "heading 2"}.get(name, name)
    return (
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{shown}"/><w:pPr>{paragraph}</w:pPr>'
        f"<w:rPr>{letters}</w:rPr></w:style>"
    )


def _paragraph(style: str, *runs: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{"".join(runs)}</w:p>'


def _text(text: str) -> str:
    return f"<w:r><w:t>{text}</w:t></w:r>"


def _field(column: str) -> str:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    name = f'<w:r><w:instrText xml:space="preserve"> MERGEFIELD {column} </w:instrText></w:r>'
    return mark("begin") + name + mark("separate") + _text(f"«{column}»") + mark("end")


if __name__ == "__main__":
    main()
