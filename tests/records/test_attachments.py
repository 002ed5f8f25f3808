"""Files beside records: what is accepted, what is left of them, who may open them."""

import uuid
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from accounts.models import AuditEntry, User
from core.errors import DomainError
from core.files import clean_file_name
from core.pdfs import bare_jpeg, clean_pdf
from records.desk.models import Attachment
from records.desk.services.attachments import add_attachment, remove_attachment, restore_attachment
from records.desk.services.deletion import delete_note, purge_deleted
from schools.enums import NoteVisibility
from tests.cast import SchoolCast
from tests.pages import tree
from tests.records.builders import talk, visit

ClientOf = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _own_files(settings: object, tmp_path: object) -> None:
    settings.STORAGES = {  # type: ignore[attr-defined]  # the settings fixture
        **settings.STORAGES,  # type: ignore[attr-defined]  # the settings fixture
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }


def jpeg(*, gps: bool = False, side: int = 40) -> bytes:
    exif = Image.Exif()
    if gps:
        exif[0x0110] = "Phone of somebody"
        exif.get_ifd(0x8825)[2] = (31.0, 20.0, 0.0)
    out = BytesIO()
    Image.new("RGB", (side, side * 3 // 4), "green").save(out, "JPEG", exif=exif, comment=b"from home")
    return out.getvalue()


def pdf(pages: int = 1, *, evil: bool = False) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if evil:
        writer.add_attachment("secret.txt", b"evil-attachment")
        writer.add_metadata({"/Author": "evil-author"})
        page = writer.pages[0]
        stream = DecodedStreamObject()
        stream.set_data(b"evil-stream")
        action = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("evil")}
        )
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
        page[NameObject("/Metadata")] = writer._add_object(stream)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def add(cast: SchoolCast, record: object, data: bytes, name: str = "照片.jpg", **values: object) -> Attachment:
    given = {"actor": cast.actor(cast.mentor), "submission": uuid.uuid4(), **values}
    return add_attachment(record=record, data=data, name=name, **given)  # type: ignore[arg-type]  # a test's values


def stored(attachment: Attachment) -> bytes:
    with attachment.file.open("rb") as found:
        return bytes(found.read())


def test_a_photo_loses_the_place_where_it_was_taken(qingzhu: SchoolCast) -> None:
    given = jpeg(gps=True)
    assert dict(Image.open(BytesIO(given)).getexif()) != {}
    kept = stored(add(qingzhu, visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0]), given))
    picture = Image.open(BytesIO(kept))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (40, 30), {})
    assert [word for word in (b"Phone of somebody", b"from home") if word in kept] == []


def test_a_pdf_is_written_anew_without_scripts_files_and_makers(qingzhu: SchoolCast) -> None:
    given = pdf(2, evil=True)
    assert [word in given for word in (b"/JavaScript", b"/EmbeddedFile", b"evil-stream")] == [True, True, True]
    found = add(qingzhu, talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0]), given, "家长信.pdf")
    kept = stored(found)
    reader = PdfReader(BytesIO(kept))
    assert (found.content_type, found.name, len(reader.pages)) == ("application/pdf", "家长信.pdf", 2)
    assert [w for w in (b"evil", b"JavaScript", b"/AA", b"EmbeddedFile", b"/Names", b"/Metadata") if w in kept] == []
    assert (reader.metadata or {}, reader.attachments) == ({}, {})


def test_a_picture_inside_a_pdf_loses_its_data_too() -> None:
    out = BytesIO()
    Image.open(BytesIO(jpeg(gps=True))).save(out, "PDF", resolution=72)
    bare = bare_jpeg(jpeg(gps=True))
    assert (b"Phone of somebody" in bare, b"from home" in bare) == (False, False)
    assert Image.open(BytesIO(bare)).size == (40, 30)
    assert len(PdfReader(BytesIO(clean_pdf(out.getvalue()))).pages) == 1


def swelling_pdf() -> bytes:
    """A page whose resources lie in an object stream of 80 MB, packed into 80 KB."""
    packed = zlib.compress(b"5 0 << /A 1 >>" + b" " * 80_000_000, 9)
    bodies = {
        1: b"<< /Type /Catalog /Pages 2 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources 5 0 R >>",
        4: b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
        % (len(packed), packed),
    }
    written, places = b"%PDF-1.5\n", b"\0\0\0\0\0\0\xff"
    for number, body in bodies.items():
        places += b"\x01%s\0\0" % len(written).to_bytes(4, "big")
        written += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    places += b"\x02\0\0\0\x04\0\0" + b"\x01%s\0\0" % len(written).to_bytes(4, "big")
    table = b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R /Length %d >>\nstream\n%s\nendstream\nendobj\n"
    return written + table % (len(places), places) + b"startxref\n%d\n%%%%EOF" % len(written)


def test_a_pdf_that_swells_is_refused() -> None:
    with pytest.raises(DomainError) as refused:
        clean_pdf(swelling_pdf())
    assert refused.value.code == "pdf_broken"


@pytest.mark.parametrize(
    "data, name, code",
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "a.svg", "not_accepted"),
        (b"<html><script>alert(1)</script></html>", "a.jpg", "not_accepted"),
        (b"PK\x03\x04 something", "a.docx", "not_accepted"),
        (b"\x89PNG\r\n\x1a\n" + b"<html>", "a.png", "picture_broken"),
        (b"%PDF-1.7 nothing of the kind", "a.pdf", "pdf_broken"),
        (b"%PDF-1.7" + b"0" * (5 * 1024 * 1024), "a.pdf", "pdf_too_large"),
        (b"\xff\xd8\xff" + b"0" * (13 * 1024 * 1024), "a.jpg", "picture_too_large"),
        (b"", "a.jpg", "not_accepted"),
    ],
)
def test_what_is_no_picture_and_no_pdf_is_refused(qingzhu: SchoolCast, data: bytes, name: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        add(qingzhu, visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0]), data, name)
    assert (refused.value.code, Attachment.objects.count()) == (code, 0)


def test_a_picture_bomb_and_a_long_pdf_are_refused(qingzhu: SchoolCast) -> None:
    out = BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    codes = []
    for data in (out.getvalue(), pdf(11)):
        with pytest.raises(DomainError) as refused:
            add(qingzhu, visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0]), data)
        codes.append(refused.value.code)
    assert codes == ["picture_too_many_pixels", "pdf_too_long"]


def test_names_are_cleaned() -> None:
    names = [
        "../../etc/passwd.jpg",
        'a"\r\nX: y.jpg',
        "C:\\photos\\妈妈.png",
        "gpj.\u202efdp.html",
        "",
        "长" * 200 + ".jpg",
    ]
    assert [clean_file_name(name, ".jpg") for name in names] == [
        "passwd.jpg", "a X y.jpg", "妈妈.jpg", "gpj.fdp.jpg", "附件.jpg", "长" * 96 + ".jpg",
    ]  # fmt: skip


def test_the_same_post_adds_one_and_a_seventh_is_refused(qingzhu: SchoolCast) -> None:
    record, key = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0]), uuid.uuid4()
    assert add(qingzhu, record, jpeg(), submission=key) == add(qingzhu, record, jpeg(), submission=key)
    for _ in range(5):
        add(qingzhu, record, jpeg())
    with pytest.raises(DomainError) as refused:
        add(qingzhu, record, jpeg())
    assert (refused.value.code, Attachment.objects.count()) == ("too_many_files", 6)


def test_only_the_author_adds_and_removes(qingzhu: SchoolCast, other: SchoolCast) -> None:
    record = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    found = add(qingzhu, record, jpeg())
    codes = []
    for actor in (qingzhu.actor(qingzhu.homeroom), qingzhu.actor(qingzhu.office), other.actor(other.mentor)):
        with pytest.raises(DomainError) as refused:
            add(qingzhu, record, jpeg(), actor=actor)
        codes.append(refused.value.code)
        with pytest.raises(DomainError):
            remove_attachment(actor=actor, attachment=found)
    assert codes == ["not_allowed", "not_allowed", "other_school"]


def test_who_may_read_the_text_may_open_the_file_and_nobody_else(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf
) -> None:
    pupil = qingzhu.pupils[0]
    files = {
        v.value: add(qingzhu, visit(qingzhu, qingzhu.mentor, pupil, visibility=v), jpeg(), f"{v.value}.jpg")
        for v in NoteVisibility
    }
    urls = [reverse("desk:file", args=[f.pk]) for f in files.values()]
    parts = ("mentor", "homeroom", "office", "counsellor", "colleague", "leader", "admin")
    answers = {part: [client_of(qingzhu.people[part]).get(url).status_code for url in urls] for part in parts}
    assert list(files) == ["team", "office", "counsellor", "author"]
    assert answers == {
        "mentor": [200, 200, 200, 200],
        "homeroom": [200, 403, 403, 403],
        "office": [200, 200, 403, 403],
        "counsellor": [403, 403, 200, 403],
        "colleague": [403, 403, 403, 403],
        "leader": [403, 403, 403, 403],
        "admin": [403, 403, 403, 403],
    }
    assert client_of(other.mentor).get(reverse("desk:file", args=[files["team"].pk])).status_code == 404
    # Nor does the page tell the names of restricted ones.
    page = client_of(qingzhu.homeroom).get(reverse("desk:pupil", args=[pupil.pk])).content.decode()
    assert [page.count(f"{name}.jpg") for name in files] == [1, 0, 0, 0]


def test_a_file_comes_as_what_it_is_and_stays_nowhere(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    record = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    picture, paper = add(qingzhu, record, jpeg(), "照片.jpg"), add(qingzhu, record, pdf(), "信.pdf")
    client = client_of(qingzhu.mentor)
    answers = [client.get(reverse("desk:file", args=[f.pk])) for f in (picture, paper)]
    assert [a.headers["Content-Type"] for a in answers] == ["image/jpeg", "application/pdf"]
    assert [a.headers["Content-Disposition"].partition(";")[0] for a in answers] == ["inline", "attachment"]
    assert {a.headers["X-Content-Type-Options"] for a in answers} == {"nosniff"}
    assert [sorted(a.headers["Cache-Control"].replace(" ", "").split(","))[-3:].count("no-store") for a in answers] == [
        1,
        1,
    ]


def test_the_timeline_shows_photos_as_small_pictures_through_the_same_gate(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    """Seen: a list of names (IMG_2031.jpg), on a phone each to be opened to know what it is."""
    note = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], visibility=NoteVisibility.OFFICE)
    photo, paper = add(qingzhu, note, jpeg(side=900), "合影.jpg"), add(qingzhu, note, pdf(), "约定.pdf")
    client = client_of(qingzhu.mentor)
    page = tree(client.get(reverse("desk:pupil", args=[qingzhu.pupils[0].pk])))
    files = {link.get("href"): link for link in page.iter("a") if link.get("class") == "entry-file"}
    small = reverse("desk:file", args=[photo.pk])
    shown = [(i.get("src"), i.get("alt"), i.get("loading")) for i in files[small].iter("img")]
    assert shown == [(f"{small}?small", "照片 合影.jpg", "lazy")]
    other = files[reverse("desk:file", args=[paper.pk])]
    assert (list(other.iter("img")), "约定.pdf" in "".join(other.itertext())) == ([], True)

    answer = client_of(qingzhu.office).get(f"{small}?small")
    assert Image.open(BytesIO(answer.content)).size == (192, 144)
    assert ("no-store" in answer["Cache-Control"], len(answer.content) < photo.size) == (True, True)
    # The page noted the reading; only the file itself is an opening of its own.
    assert AuditEntry.objects.filter(verb="open_attachment").count() == 0
    refused = [client_of(user).get(f"{small}?small").status_code for user in (qingzhu.homeroom, qingzhu.colleague)]
    assert refused == [403, 403]


def test_several_files_go_up_at_once(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    record = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    client, url = client_of(qingzhu.mentor), reverse("desk:files", args=["visit", record.pk])
    key = client.get(url).context["form"]["submission"].value()

    def post() -> int:
        files = [SimpleUploadedFile("一.jpg", jpeg()), SimpleUploadedFile("二.pdf", pdf())]
        return client.post(url, {"submission": key, "uploads": files}).status_code

    assert [post(), post()] == [302, 302]
    assert list(Attachment.objects.values_list("name", flat=True)) == ["一.jpg", "二.pdf"]
    assert client_of(qingzhu.homeroom).get(url).status_code == 403
    refused = client.post(url, {"submission": key})
    assert (refused.status_code, refused.content.decode().count("请先选择文件。")) == (
        422,
        2,
    )  # on top, and at the field


def test_removing_can_be_undone_until_the_night_that_purges(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    record = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    found, actor = add(qingzhu, record, jpeg()), qingzhu.actor(qingzhu.mentor)
    url = reverse("desk:file", args=[found.pk])
    remove_attachment(actor=actor, attachment=found)
    assert client_of(qingzhu.mentor).get(url).status_code == 404
    restore_attachment(actor=actor, attachment=found)
    assert client_of(qingzhu.mentor).get(url).status_code == 200
    removed = remove_attachment(actor=actor, attachment=found)
    path = removed.file.path
    Attachment.objects.filter(pk=found.pk).update(deleted_at="2026-10-01T00:00:00Z")
    with pytest.raises(DomainError) as refused:
        restore_attachment(actor=actor, attachment=found)
    assert refused.value.code == "too_late"
    purge_deleted()
    assert (Attachment.objects.count(), path.startswith("/")) == (0, True)


def test_a_deleted_records_files_are_closed(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    record = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    found = add(qingzhu, record, jpeg())
    delete_note(actor=qingzhu.actor(qingzhu.mentor), record=record)
    assert client_of(qingzhu.mentor).get(reverse("desk:file", args=[found.pk])).status_code == 404
