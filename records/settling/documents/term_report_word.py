"""学期报告 as a Word file, to be worked on further: real headings, tables with header rows, page numbers.

The same sections as on paper (`term_report`). Fonts are named by their Chinese names for Chinese text (`w:eastAsia`),
as Word and WPS have them: 宋体 for text, 黑体 for headings.
"""

import datetime
import io
from typing import Any, Final

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table
from docx.text.paragraph import Paragraph

from core.clock import cn_full_day
from records.settling.contexts import ReportTable, TermReport

WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
LATIN: Final = "Times New Roman"
SONG, HEI, KAI = "宋体", "黑体", "楷体"
#: Style, Chinese font, size in points.
_STYLES: Final = (
    ("Normal", SONG, 12.0),
    ("Title", HEI, 20.0),
    ("Subtitle", KAI, 12.0),
    ("Heading 1", HEI, 15.0),
    ("Caption", HEI, 10.5),
    ("Header", SONG, 9.0),
    ("Footer", SONG, 9.0),
)
#: The school's own words, and what stands in tables: styles of ours, so that a school changes them at one place.
WORDS, CELL = "学校的话", "表格文字"
_BLACK: Final = RGBColor(0, 0, 0)


def report_word(report: TermReport) -> bytes:
    """The `.docx` of one term's report. The same report gives the same text; characters of control are left out."""
    document = docx.Document()
    _page(document)
    _fonts(document)
    _properties(document, report)
    document.add_paragraph(report.title, style="Title")
    document.add_paragraph(f"{report.school.name}　{cn_full_day(report.on)}", style="Subtitle")
    for title, section in report.numbered:
        document.add_heading(title, level=1)
        for fact in section.facts:
            document.add_paragraph(fact)
        for table in section.tables:
            _table(document, table)
        for paragraph in section.comment.paragraphs:
            document.add_paragraph(paragraph, style=WORDS)
    for line in (report.school.name, cn_full_day(report.on)):
        document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _feet(document, report)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _page(document: Document) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.4)


def _fonts(document: Document) -> None:
    for name, font, size in _STYLES:
        _set(document.styles[name], font, size)
    normal = document.styles["Normal"].paragraph_format
    normal.line_spacing, normal.space_after, normal.first_line_indent = 1.5, Pt(0), Pt(24)
    for name in ("Title", "Subtitle", "Caption", "Heading 1", "Header", "Footer"):
        document.styles[name].paragraph_format.first_line_indent = Pt(0)
    for name in ("Title", "Subtitle"):
        document.styles[name].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    # Word's own title is underlined by a blue line.
    border = document.styles["Title"].element.pPr.find(qn("w:pBdr"))
    if border is not None:
        border.getparent().remove(border)
    heading = document.styles["Heading 1"].paragraph_format
    heading.space_before, heading.space_after, heading.keep_with_next = Pt(14), Pt(6), True
    caption = document.styles["Caption"].paragraph_format
    caption.space_before, caption.space_after, caption.keep_with_next = Pt(8), Pt(4), True
    words = document.styles.add_style(WORDS, WD_STYLE_TYPE.PARAGRAPH)
    words.base_style = document.styles["Normal"]
    words.paragraph_format.space_before = Pt(4)
    cell = document.styles.add_style(CELL, WD_STYLE_TYPE.PARAGRAPH)
    cell.base_style = document.styles["Normal"]
    _set(cell, SONG, 10.5)
    cell.paragraph_format.first_line_indent, cell.paragraph_format.line_spacing = Pt(0), 1.15


def _set(style: ParagraphStyle, font: str, size: float) -> None:
    """The font of a style: Chinese text in `font`, digits and Latin letters in their own; black, upright."""
    style.font.name, style.font.size, style.font.color.rgb = LATIN, Pt(size), _BLACK
    style.font.italic, style.font.bold = False, font == HEI and size > 12
    properties = style.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    # Names of the theme go before names of fonts where both stand.
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), font)
    language = properties.find(qn("w:lang"))
    if language is None:
        language = OxmlElement("w:lang")
        properties.append(language)
    language.set(qn("w:val"), "en-US")
    language.set(qn("w:eastAsia"), "zh-CN")


def _properties(document: Document, report: TermReport) -> None:
    core = document.core_properties
    core.title, core.author, core.language = report.title, report.school.name, "zh-CN"
    core.last_modified_by, core.comments, core.subject = report.school.name, "", report.term
    # The day alone: the same report is the same file.
    core.created = core.modified = datetime.datetime(report.on.year, report.on.month, report.on.day)


def _table(document: Document, table: ReportTable) -> None:
    document.add_paragraph(table.title, style="Caption")
    made = document.add_table(rows=1, cols=len(table.header), style="Table Grid")
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    _row(made, 0, table.header, bold=True)
    _repeats(made)
    for number, row in enumerate(table.rows, start=1):
        made.add_row()
        _row(made, number, row, bold=table.total and number == len(table.rows))
    document.add_paragraph(style=CELL)


def _row(table: Table, number: int, values: tuple[str, ...], *, bold: bool) -> None:
    for at, (cell, value) in enumerate(zip(table.rows[number].cells, values, strict=True)):
        paragraph = cell.paragraphs[0]
        paragraph.style = CELL
        paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if not at and number else WD_ALIGN_PARAGRAPH.CENTER
        paragraph.add_run(value).bold = bold
    # A row stays on one page.
    table.rows[number]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _repeats(table: Table) -> None:
    """The first row is the heading, on each page again; readers for the blind know it by this too."""
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _feet(document: Document, report: TermReport) -> None:
    section = document.sections[0]
    section.header.paragraphs[0].text = f"{report.school.name}　{report.title}"
    foot = section.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run("第 ")
    _field(foot, "PAGE")
    foot.add_run(" 页 · 共 ")
    _field(foot, "NUMPAGES")
    foot.add_run(" 页")


def _field(paragraph: Paragraph, code: str) -> None:
    """A number that Word puts in."""
    run = paragraph.add_run()
    for kind in ("begin", "separate", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        if kind == "separate":
            run._r.append(_code(code))
        run._r.append(mark)


def _code(text: str) -> Any:
    element = OxmlElement("w:instrText")
    element.set(qn("xml:space"), "preserve")
    element.text = f" {text} "
    return element
