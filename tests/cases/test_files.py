"""Cases 60 to 71: what the file itself is."""

import io
import struct
import time
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from msoffcrypto.format.ooxml import OOXMLFile  # type: ignore[import-untyped]  # it has no stubs

from core.workbooks import WorkbookRefused, read_workbook
from jobs.models import ImportBatch
from students.models import Pupil
from tests.cases.books import book, infos, names, ods, places, read, repacked
from tests.imports.conftest import ROSTERS, Desk
from tests.imports.snapshot import snapshot

TEXT = "姓名,班级,备注\n𠮷一,一<1>,慢热\n"
PAGE = """<html><head><meta charset="{charset}"><style>td {{}}</style></head><body><table border=1>
<tr><td colspan="3">青竹小学学生名册</td></tr>
<tr><th>班级</th><th>姓名</th><th>备注</th></tr>
<tr><td rowspan="2">一&lt;1&gt;</td><td>王&nbsp;一</td><td>慢热<br>爱画画</td></tr>
<tr><td>李二</td><td><script>alert(1)</script></td></tr>
</table></body></html>"""


def refusal(data: bytes, name: str = "名册.xlsx") -> tuple[str, str]:
    """Code and sentence of a refusal; a reading that hangs fails."""
    started = time.process_time()
    with pytest.raises(WorkbookRefused) as refused:
        read_workbook(data, file_name=name)
    assert time.process_time() - started < 10
    assert refused.value.message.endswith("。")
    return refused.value.code, refused.value.message


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("gb18030"),
        TEXT.replace(",", "\t").encode("utf-16"),
        ("sep=;\n" + TEXT.replace(",", ";")).encode(),
        TEXT.replace(",", ";").encode("gb18030"),
        TEXT.replace("\n", "\r\n").encode(),
    ],
)
def test_case_60_text_is_read_in_every_usual_form(desk: Desk, data: bytes) -> None:
    assert read(desk, data, name="名册.csv").log.findings == ()
    assert (places(), Pupil.objects.get().remark) == ([("𠮷一", "一（1）班")], "慢热")


def test_case_60_quotes_may_hold_line_breaks_and_delimiters(desk: Desk) -> None:
    data = '姓名,班级,备注\n甲,一<1>,"慢热,\n爱说""好"""\n乙,一<1>,\n'.encode("gbk")
    assert read(desk, data, name="名册.csv").log.findings == ()
    assert (names(), Pupil.objects.get(name="甲").remark) == (["甲", "乙"], '慢热, 爱说"好"')


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gbk"])
def test_case_61_a_web_page_named_xls_is_read_by_its_content(desk: Desk, charset: str) -> None:
    report = read(desk, PAGE.format(charset=charset).encode(charset), name="学生.xls")
    assert infos(report) == [("merged_filled", 3, "班级", "一<1>")]
    assert places() == [("王一", "一（1）班"), ("李二", "一（1）班")]
    assert list(Pupil.objects.order_by("pk").values_list("remark", flat=True)) == ["慢热 爱画画", ""]


def test_case_61_tab_text_named_xls_is_read_by_its_content(desk: Desk) -> None:
    assert read(desk, TEXT.replace(",", "\t").encode("gbk", "replace"), name="学生.xls").written


def test_case_61_a_web_page_without_table_and_one_without_end_harm_nobody() -> None:
    assert refusal(b"<html><body>nothing</body></html>")[0] == "web_page"
    assert refusal(b"<html>" + b"<table><tr><td colspan=1000>" * 200_000)[0] in ("web_page", "empty_file")


def test_case_62_an_old_excel_file_is_read(desk: Desk) -> None:
    report = desk.file("students-by-class.xls")
    assert (report.rows, report.written, len(names())) == (891, True, 891)


@pytest.mark.parametrize(
    "data,code",
    [
        (b"", "empty_file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
        (b"\xff\xd8\xff\xe0" + bytes(50), "picture"),
        ((ROSTERS / "students.xlsx").read_bytes()[:20_000], "damaged"),
        (b"Rar!\x1a\x07", "archive"),
        (b"\x00\x01\x02\x03\x04\x05" * 40, "not_a_table"),
    ],
)
def test_case_63_what_is_no_workbook_is_told_in_a_sentence(desk: Desk, data: bytes, code: str) -> None:
    before = snapshot()
    assert refusal(data)[0] == code
    assert [found.code for found in read(desk, data).log.findings] == [code]
    assert snapshot() == before


def test_case_63_a_wrong_extension_does_not_matter(desk: Desk) -> None:
    assert read(desk, book(("姓名", "班级"), ("甲", "一<1>")), name="名册.csv").written


def test_case_64_a_password_is_told_as_such() -> None:
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(book(("姓名", "班级")))).encrypt("geheim", buffer)
    code, message = refusal(buffer.getvalue())
    assert (code, message) == ("encrypted", "文件有打开密码。请在 Excel 里另存为无密码的文件，再上传。")


def test_case_65_macros_are_not_read_and_told(desk: Desk) -> None:
    data = repacked(book(("姓名", "班级"), ("甲", "一<1>")), lambda _, part: part, **{"xl/vbaProject.bin": b"x"})
    report = read(desk, data, name="名册.xlsm")
    assert (names(), infos(report)) == (["甲"], [("macros", None, "", "")])


def bomb() -> bytes:
    return repacked(book(("a",)), lambda n, part: part + b" " * 50_000_000 if n.endswith("sheet1.xml") else part)


def lying_bomb() -> bytes:
    honest = repacked(book(("a",)), lambda n, part: part + b" " * 90_000_000 if n.endswith("sheet1.xml") else part)
    at = honest.rindex(b"PK\x01\x02", 0, honest.rindex(b"xl/worksheets/sheet1.xml"))
    return honest[: at + 24] + struct.pack("<I", 1000) + honest[at + 28 :]


def entities(kind: bytes) -> bytes:
    doctype = b"<!DOCTYPE x [" + kind + b"]><workbook"
    return repacked(
        book(("a",)), lambda n, part: part.replace(b"<workbook", doctype, 1) if n == "xl/workbook.xml" else part
    )


@pytest.mark.parametrize(
    "data,code",
    [
        (bomb(), "bomb"),
        (entities(b'<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">'), "entities"),
        (entities(b'<!ENTITY a SYSTEM "file:///etc/passwd">'), "entities"),
    ],
)
def test_case_66_bombs_and_entities_are_refused_at_once(data: bytes, code: str) -> None:
    assert refusal(data)[0] == code


def test_case_66_a_bomb_that_lies_about_its_size_harms_only_the_child() -> None:
    with pytest.raises(WorkbookRefused):
        read_workbook(lying_bomb(), file_name="a.xlsx")


def test_case_66_names_that_climb_out_of_the_package_are_never_unpacked(desk: Desk) -> None:
    data = repacked(book(("姓名", "班级"), ("甲", "一<1>")), lambda _, part: part, **{"../../../tmp/evil.xml": b"<a/>"})
    assert read(desk, data).written
    assert names() == ["甲"]


def test_case_66_links_to_other_workbooks_are_not_followed(desk: Desk) -> None:
    link = b'<externalLink><externalBook r:id="rId1"/></externalLink>'
    more = {"xl/externalLinks/externalLink1.xml": link}
    assert read(desk, repacked(book(("姓名", "班级"), ("甲", "一<1>")), lambda _, part: part, **more)).written


def strict(data: bytes) -> bytes:
    base, new = b"http://schemas.openxmlformats.org/", b"http://purl.oclc.org/ooxml/"
    spellings = {
        base + b"spreadsheetml/2006/main": new + b"spreadsheetml/main",
        base + b"officeDocument/2006/relationships": new + b"officeDocument/relationships",
    }

    def change(_: str, part: bytes) -> bytes:
        for transitional, strictly in spellings.items():
            part = part.replace(transitional, strictly)
        return part

    return repacked(data, change)


def test_case_67_strict_workbooks_and_open_document_sheets_are_read(desk: Desk) -> None:
    assert read(desk, strict(book(("姓名", "班级"), ("甲", "一<1>")))).written
    assert read(desk, ods(("姓名", "班级"), ("乙", "一&lt;1&gt;")), name="名册.ods").written
    assert names() == ["甲", "乙"]


def numbers_file() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("Index/Document.iwa", b"x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data,code,advice",
    [
        (b"\x09\x08\x08\x00\x00\x05\x10\x00" + bytes(40), "old_xls", "另存为“Excel 工作簿（.xlsx）”"),
        (b"\x09\x00\x04\x00\x02\x00\x10\x00" + bytes(40), "old_xls", "另存为“Excel 工作簿（.xlsx）”"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "Book\0".encode("utf-16-le") + bytes(600),
            "old_xls",
            "另存为“Excel 工作簿（.xlsx）”",
        ),
        (numbers_file(), "numbers", "导出为 Excel"),
        (b"%PDF-1.7 ...", "pdf", "请上传名册的 Excel 文件"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "xml", "另存为"),
    ],
)
def test_case_67_other_formats_are_told_with_what_to_save_as(data: bytes, code: str, advice: str) -> None:
    told, message = refusal(data)
    assert (told, advice in message) == (code, True)


def test_case_68_a_file_that_is_too_large_is_refused_at_the_field(
    desk: Desk, admin_client: Client, settings: object
) -> None:
    settings.ROSTER_MAX_BYTES = 1024 * 1024  # type: ignore[attr-defined]  # the settings of the test
    file = SimpleUploadedFile("名册.xlsx", bytes(1024 * 1024 + 1))
    response = admin_client.post(reverse("imports:upload"), {"kind": "students", "file": file})
    assert (response.status_code, ImportBatch.objects.count()) == (422, 0)
    assert "文件超过 1 MB。请删去其中的图片，只留名册再上传。" in response.content.decode()


def uploaded(client: Client, name: str = "名册.xlsx") -> ImportBatch:
    data = book(("姓名", "班级", "学籍号"), ("甲", "一<1>", "G1"))
    client.post(reverse("imports:upload"), {"kind": "students", "file": SimpleUploadedFile(name, data)})
    batch = ImportBatch.objects.latest("pk")
    client.post(reverse("imports:recheck", args=[batch.pk]), {"create_classes": "on"})
    return batch


def test_case_69_a_second_confirmation_changes_nothing_and_says_so(desk: Desk, admin_client: Client) -> None:
    first, second = uploaded(admin_client), uploaded(admin_client)
    admin_client.post(reverse("imports:confirm", args=[first.pk]))
    rows = [list(Pupil.objects.values())]
    # From another tab: the very same press gets the first one's answer.
    confirm = reverse("imports:confirm", args=[first.pk])
    page = admin_client.post(confirm, {"press": "another"}, follow=True).content.decode()
    assert "这份名册已导入，没有重复导入。" in page
    page = admin_client.post(reverse("imports:confirm", args=[second.pk]), follow=True).content.decode()
    assert "预览之后数据有了变动，没有导入。" in page
    assert [list(Pupil.objects.values())] == rows


@pytest.mark.parametrize(
    "name", ["../../etc/名册.xlsx", "长" * 250 + ".xlsx", "名\u202e册.xlsx", "<b>名册</b>.xlsx", "名册\x07.xlsx"]
)
def test_case_70_a_hostile_file_name_is_only_ever_text(desk: Desk, admin_client: Client, name: str) -> None:
    batch = uploaded(admin_client, name)
    stored = str(batch.file.name)
    assert (stored.startswith("imports/"), len(stored.partition("/")[2]), stored.isascii()) == (True, 32, True)
    page = admin_client.get(reverse("imports:detail", args=[batch.pk])).content.decode()
    assert ("<b>名册" in page, "\u202e" in page, "\x07" in page) == (False, False, False)


def test_case_71_an_upload_waits_in_the_list_for_whoever_comes_back(desk: Desk, admin_client: Client) -> None:
    batch = uploaded(admin_client)
    again = Client()
    again.force_login(desk.admin, backend="django.contrib.auth.backends.ModelBackend")
    assert reverse("imports:detail", args=[batch.pk]) in again.get(reverse("imports:list")).content.decode()
    assert openpyxl.load_workbook(batch.file.open("rb")).sheetnames == ["名册"]
