"""HTML to PDF: what may be read, same bytes twice, and PDFs put together."""

from pathlib import Path
from threading import Thread

import pytest
from weasyprint.pdf import stream as drawing  # type: ignore[import-untyped]  # it has no types
from weasyprint.pdf.fonts import Font  # type: ignore[import-untyped]  # as above

from core import pdfwriter
from core.glyphs import FONTS
from core.pdf import PdfError, html_to_pdf, picture_type
from core.pdfpages import SIDE_BY_SIDE, impose, merge_pdfs
from core.raster import page_png
from tests.documents import builders, reading

PAGE = '<!DOCTYPE html><html lang="zh-CN"><head><title>{title}</title>{head}</head><body>{body}</body></html>'


def page(body: str, *, head: str = "", title: str = "样张") -> str:
    return PAGE.format(body=body, head=head, title=title)


@pytest.mark.parametrize(
    "markup",
    [
        '<link rel="attachment" href="file:///etc/passwd">',
        '<img src="file:///etc/passwd" alt="x">',
        '<img src="http://127.0.0.1:9/x.png" alt="x">',
        '<img src="https://example.com/x.png" alt="x">',
        '<img src="ftp://127.0.0.1/x.png" alt="x">',
        '<img src="../../manage.py" alt="x">',
        '<img src="file://localhost/etc/passwd" alt="x">',
        '<img src="data:image/svg+xml,%3Csvg/%3E" alt="x">',
        '<img src="asset:unknown" alt="x">',
        '<style>p { background: url("file:///etc/passwd") }</style><p>x</p>',
        '<style>@import "http://127.0.0.1:9/x.css";</style><p>x</p>',
        '<link rel="stylesheet" href="%2e%2e/%2e%2e/pyproject.toml">',
    ],
)
def test_html_that_asks_for_anything_else_is_refused(markup: str) -> None:
    with pytest.raises(PdfError):
        html_to_pdf(page(markup))


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "outside.css").write_text("p { color: red }", encoding="utf-8")
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "inside.css").symlink_to(tmp_path / "outside.css")
    with pytest.raises(PdfError, match=r"inside|outside"):
        html_to_pdf(page("x", head='<link rel="stylesheet" href="inside.css">'), base=folder)


def test_a_stylesheet_of_the_folder_and_a_given_picture_are_used(tmp_path: Path) -> None:
    (tmp_path / "own.css").write_text("@page { size: 50mm 60mm; margin: 0 }", encoding="utf-8")
    pdf = html_to_pdf(
        page('<img src="asset:logo" alt="校徽">', head='<link rel="stylesheet" href="own.css">'),
        base=tmp_path,
        assets={"logo": builders.logo()},
    )
    sheet = reading.reader(pdf).pages[0]
    assert [round(float(sheet.mediabox.width)), round(float(sheet.mediabox.height))] == [142, 170]
    assert len(sheet.images) == 1


@pytest.mark.parametrize("data", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"GIF89a", b""])
def test_a_picture_that_is_neither_png_nor_jpeg_is_refused(data: bytes) -> None:
    with pytest.raises(PdfError):
        picture_type(data)


def test_a_broken_picture_is_replaced_by_its_description() -> None:
    broken = {"logo": b"\x89PNG\r\n\x1a\nbroken"}
    pdf = html_to_pdf(page('<p>正文</p><img src="asset:logo" alt="校徽">'), assets=broken)
    assert reading.text(pdf) == "正文校徽"


def test_same_content_gives_the_same_bytes_and_other_content_another_file_name_inside() -> None:
    first, again = html_to_pdf(page("<p>同样</p>")), html_to_pdf(page("<p>同样</p>"))
    other = html_to_pdf(page("<p>别样</p>"))
    assert first == again
    assert reading.reader(first).trailer["/ID"] != reading.reader(other).trailer["/ID"]
    assert "/CreationDate" not in (reading.reader(first).metadata or {})


def test_what_was_set_before_does_not_show() -> None:
    """A font is read once in a thread: what an earlier paper wrote with it must not come along."""
    style = "<style>p { font: 11px 'LXGW WenKai' }</style>"
    wanted, made = page("<p>同样</p>", head=style), list[bytes]()
    html_to_pdf(page("<p>别样的字</p>", head=style))
    fresh = Thread(target=lambda: made.append(html_to_pdf(wanted)))
    fresh.start()
    fresh.join()
    assert [html_to_pdf(wanted)] == made


def test_a_page_looks_as_weasyprint_alone_would_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fonts are cut down in one step instead of two, and the streams packed at another level."""
    text = "一个春天的早晨，龘〇１２３ abc ffi「」……——①☆"
    html = page("".join(f"<p style='font-family: \"{family}\"'>{text}<b>{text}</b></p>" for family, *_ in FONTS))
    ours = html_to_pdf(html)
    monkeypatch.setattr(drawing, "Font", Font)
    monkeypatch.setattr(pdfwriter, "pack", None)
    alone = html_to_pdf(html)
    assert reading.text(ours) == reading.text(alone)
    assert page_png(ours, dots_per_inch=150) == page_png(alone, dots_per_inch=150)


def test_characters_without_a_glyph_print_as_geta_marks() -> None:
    assert reading.text(html_to_pdf(page("<p>加油🥰</p>"))) == "加油〓"


def test_merged_pdfs_keep_pages_tags_and_bookmarks(tmp_path: Path) -> None:
    table = "<table><tr><th>甲</th></tr><tr><td>乙</td></tr></table>"
    parts = [html_to_pdf(page(f"<h1>第{word}份</h1>{table}", title=word)) for word in "一二三"]
    merged = merge_pdfs(parts, title="三份")
    assert reading.page_texts(merged) == ["第一份甲乙", "第二份甲乙", "第三份甲乙"]
    assert reading.bookmarks(merged) == [("第一份", 1), ("第二份", 2), ("第三份", 3)]
    assert reading.spoken(merged, tmp_path) == "第一份甲乙第二份甲乙第三份甲乙"
    reading.assert_sound(merged, tmp_path, title="三份")
    assert merge_pdfs(parts, title="三份") == merged


def test_sheets_with_two_pages_each_can_be_merged(tmp_path: Path) -> None:
    def sheets(words: str) -> bytes:
        style = "<style>@page { size: A5 } h1 { break-before: page }</style>"
        return impose(
            html_to_pdf(page(style + "".join(f"<h1>第{word}份</h1><p>{word}</p>" for word in words))), SIDE_BY_SIDE
        )

    merged = merge_pdfs([sheets("一二三"), sheets("四五")], title="五份", chapters=["甲", "乙"])
    assert reading.page_texts(merged) == ["第一份一第二份二", "第三份三", "第四份四第五份五"]
    assert reading.spoken(merged, tmp_path) == "第一份一第二份二第三份三第四份四第五份五"
    assert reading.bookmarks(merged) == [
        ("甲", 1), (">第一份", 1), (">第二份", 1), (">第三份", 2), ("乙", 3), (">第四份", 3), (">第五份", 3),
    ]  # fmt: skip
    reading.assert_sound(merged, tmp_path, title="五份")


def test_merging_nothing_or_with_too_few_names_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing"):
        merge_pdfs([], title="空")
    part = html_to_pdf(page("<h1>一</h1>"))
    with pytest.raises(ValueError, match="chapter"):
        merge_pdfs([part, part], title="两份", chapters=["第一份"])
