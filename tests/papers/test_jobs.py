"""All of a school's papers as one job, from the button to the ZIP, run as a worker does and without a broker."""

import uuid
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import RoleGrant, User
from accounts.services import end_role
from jobs import merging
from jobs.enums import JobState
from jobs.models import Job
from jobs.work import run_job
from mentors.enums import AssignmentOrigin
from mentors.services.assignments import assign_pupil
from records.papers.printing import asked_for
from tests.cast import EnrolmentFactory, SchoolCast
from tests.documents.reading import page_texts, text
from tests.records.builders import letter, released_letter, visit

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.usefixtures("own_folder")


def order(client: Client, name: str, **data: str) -> Job:
    """Press the button called `name` and return the job."""
    answer = client.post(reverse(f"papers:{name}"), {"job": str(uuid.uuid4()), **data})
    assert answer.status_code == 302
    job = Job.objects.latest("created_at")
    assert answer["Location"] == reverse("jobs:detail", args=[job.pk])
    return job


def finished(job: Job) -> Job:
    """Work at the job as a worker does until it is over."""
    for _turn in range(20):
        # A worker hands on after some seconds, so that jobs take turns.
        run_job(job.pk)
        job.refresh_from_db()
        if job.is_finished:
            break
    return job


def unpacked(client: Client, job: Job) -> dict[str, bytes]:
    """Work at the job, download its ZIP and return its files by name."""
    finished(job)
    assert (job.state, job.message, job.done_count) == (JobState.DONE, "", job.total)
    (result,) = job.files.all()
    answer = client.get(reverse("jobs:download", args=[result.pk]))
    path = Path(result.file.path)
    assert b"".join(answer.streaming_content) == path.read_bytes()  # type: ignore[attr-defined]  # a FileResponse
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_all_record_books_come_in_one_zip(qingzhu: SchoolCast, client_of: SignIn) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="孩子在给弟弟读绘本。")
    client = client_of(qingzhu.office)
    job = order(client, "all_books")
    assert (job.title, job.total) == ("2026学年全校导师记录本", 4)
    files = unpacked(client, job)
    assert sorted(files) == sorted(
        [
            "一1班/何知秋-导师记录本.pdf",
            "一1班/林小满-导师记录本.pdf",
            "一1班/苏禾-导师记录本.pdf",
            "五1班/陶然、石磊-导师记录本.pdf",
        ]
    )
    words = text(files["一1班/林小满-导师记录本.pdf"])
    phone = qingzhu.pupils[0].guardians.get().phone
    assert ("孩子在给弟弟读绘本。" in words, phone in words) == (True, False)


def test_phones_print_in_full_when_the_box_is_ticked(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    files = unpacked(client, order(client, "all_books", full_phones="on"))
    assert qingzhu.pupils[0].guardians.get().phone in text(files["一1班/林小满-导师记录本.pdf"])


def test_all_finished_letters_come_by_class_and_pupil(qingzhu: SchoolCast, client_of: SignIn) -> None:
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague, draft=True)
    letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    client = client_of(qingzhu.office)
    files = unpacked(client, order(client, "all_letters", term="1"))
    assert sorted(files) == [
        "一1班/安可儿-成长寄语.pdf",
        "一1班/白一诺-成长寄语.pdf",
        "五1班/范思齐-成长寄语.pdf",
    ]
    (page,) = page_texts(files["五1班/范思齐-成长寄语.pdf"])
    assert [part in page for part in ("范思齐同学：", "陶然", "石磊", "2026学年第一学期")] == [True] * 4


def test_two_children_of_one_name_both_get_their_letter(qingzhu: SchoolCast, client_of: SignIn) -> None:
    twin = EnrolmentFactory.create(school_class=qingzhu.class_one, pupil__name="安可儿").pupil
    assign_pupil(actor=qingzhu.system, pupil=twin, mentor=qingzhu.slot, origin=AssignmentOrigin.HOMEROOM)
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body="写给第一个安可儿。")
    letter(qingzhu, qingzhu.mentor, twin, body="写给第二个安可儿。")
    client = client_of(qingzhu.office)
    files = unpacked(client, order(client, "all_letters", term="1"))
    assert {name: "第一个" in text(pdf) for name, pdf in files.items()} == {
        "一1班/安可儿（1号）-成长寄语.pdf": True,
        "一1班/安可儿（5号）-成长寄语.pdf": False,
    }


def test_all_slips_come_by_class(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    files = unpacked(client, order(client, "all_slips"))
    assert sorted(files) == ["一1班-家长凭条.pdf", "五1班-家长凭条.pdf"]
    assert text(files["五1班-家长凭条.pdf"]).count("范思齐") == 1


def test_a_double_click_starts_one_job(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    key = str(uuid.uuid4())
    places = [client.post(reverse("papers:all_slips"), {"job": key})["Location"] for _ in range(2)]
    assert (Job.objects.count(), places[0]) == (1, places[1])


def test_nothing_to_print_is_said_before_a_job_begins(qingzhu: SchoolCast, client_of: SignIn) -> None:
    answer = client_of(qingzhu.office).post(reverse("papers:all_letters"), {"job": str(uuid.uuid4()), "term": "1"})
    assert (answer.status_code, "还没有已交的寄语" in answer.content.decode()) == (409, True)
    assert not Job.objects.exists()


def test_whoever_lost_the_role_meanwhile_gets_nothing(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    job = order(client, "all_slips")
    end_role(actor=qingzhu.system, grant=RoleGrant.objects.get(user=qingzhu.office))
    RoleGrant.objects.filter(user=qingzhu.office).delete()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.failed_count, job.files.count()) == (JobState.FAILED, 2, 0)
    assert {item.error for item in job.items.all()} == {"not_allowed"}


@pytest.mark.parametrize("paper, word", [("letter", "同学："), ("card", "成长激励卡")])
def test_two_to_a_sheet_come_in_one_pdf_of_all_classes(
    qingzhu: SchoolCast, client_of: SignIn, paper: str, word: str
) -> None:
    for pupil in qingzhu.pupils:
        letter(qingzhu, qingzhu.mentor, pupil)
    letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    client = client_of(qingzhu.office)
    job = finished(order(client, "all_letters", term="1", bundle="merged", two_up="on", paper=paper))
    assert (job.state, job.failed_count) == (JobState.DONE, 0)
    (result,) = job.files.all()
    sheets = page_texts(Path(result.file.path).read_bytes())
    # Two of one class, one of the next.
    assert [sheet.count(word) for sheet in sheets] == [2, 1]


@pytest.mark.parametrize("name", ["all_books", "all_letters", "all_slips"])
@pytest.mark.parametrize("part", ["mentor", "homeroom", "leader", "admin", "bureau_user"])
def test_only_the_office_starts_a_job(qingzhu: SchoolCast, client_of: SignIn, part: str, name: str) -> None:
    answer = client_of(qingzhu.people[part]).post(reverse(f"papers:{name}"), {"job": str(uuid.uuid4())})
    assert (answer.status_code, Job.objects.count()) == (403, 0)


def test_job_rows_hold_keys_and_no_pupils_name(qingzhu: SchoolCast, client_of: SignIn) -> None:
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    job = order(client_of(qingzhu.office), "all_letters", term="1")
    (item,) = job.items.all()
    assert (item.label, item.payload) == ("一（1）班", {"class": qingzhu.class_one.pk})
    assert job.params == {"term": job.params["term"], "paper": "letter", "bundle": "zip", "two_up": False}


def test_all_letters_come_in_one_pdf_in_handing_out_order(qingzhu: SchoolCast, client_of: SignIn) -> None:
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    client = client_of(qingzhu.office)
    job = order(client, "all_letters", term="1", bundle="merged")
    (result,) = finished(job).files.all()
    pages = page_texts(Path(result.file.path).read_bytes())
    found = [name for page in pages for name in ("安可儿", "白一诺", "范思齐") if f"{name}同学：" in page]
    assert (result.name, found) == ("2026学年第一学期全校寄语.pdf", ["安可儿", "白一诺", "范思齐"])


def test_all_books_come_in_one_pdf_as_they_are_handed_out(qingzhu: SchoolCast, client_of: SignIn) -> None:
    job = finished(order(client_of(qingzhu.office), "all_books", bundle="merged"))
    (result,) = job.files.all()
    pdf = PdfReader(result.file.path)
    assert [item.label for item in job.items.all()] == ["何知秋", "林小满", "苏禾", "陶然/石磊"]
    # The leader of a class, then its team, then the next class; a bookmark for each book holds the book's own.
    books = [mark for mark in pdf.outline if not isinstance(mark, list)]
    starts = [pdf.get_destination_page_number(mark) or 0 for mark in books]
    assert [mark.title for mark in books] == ["一1班　何知秋", "一1班　林小满", "一1班　苏禾", "五1班　陶然、石磊"]
    second = next(marks for mark, marks in pairwise(pdf.outline) if mark == books[1])
    assert isinstance(second, list)
    assert [m.title for m in second if not isinstance(m, list)] == ["封面", "学生名册", "安可儿", "白一诺"]
    # Each begins on a leaf of its own.
    assert (result.name, [start % 2 for start in starts]) == ("2026学年全校导师记录本.pdf", [0, 0, 0, 0])


def test_a_long_file_is_cut_into_volumes_between_classes(
    qingzhu: SchoolCast, client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "VOLUME_BYTES", 1)
    client = client_of(qingzhu.office)
    job = finished(order(client, "all_books", bundle="merged"))
    names = [result.name for result in job.files.order_by("name")]
    assert (job.state, names) == (
        JobState.DONE,
        ["2026学年全校导师记录本-第1册（一1班）.pdf", "2026学年全校导师记录本-第2册（五1班）.pdf"],
    )
    pages = [page_texts(Path(result.file.path).read_bytes()) for result in job.files.order_by("name")]
    said = [
        [name for name in ("何知秋", "林小满", "苏禾", "陶然") if any(name in page for page in book)] for book in pages
    ]
    assert said == [["何知秋", "林小满", "苏禾"], ["陶然"]]
    page = client.get(reverse("jobs:detail", args=[job.pk])).content.decode()
    assert [name in page for name in names] == [True, True]


def test_what_has_no_glyph_is_said_with_the_pupil_s_name_before_a_job_begins(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body="你真棒\U0001fae0。")
    client = client_of(qingzhu.office)
    data = {"job": str(uuid.uuid4()), "term": "1"}
    answer = client.post(reverse("papers:all_letters"), data)
    page = answer.content.decode()
    assert (answer.status_code, "安可儿" in page, "\U0001fae0" in page, Job.objects.count()) == (409, True, True, 0)
    assert client.post(reverse("papers:all_letters"), data | {"missing": "ok"}).status_code == 302
    assert Job.objects.count() == 1


def test_the_list_of_jobs_tells_two_orders_of_the_same_papers_apart() -> None:
    """PDF, ZIP and blank books stood under one name."""
    orders: list[dict[str, str | bool]] = [
        {"version": "blank", "bundle": "merged", "mask_phones": True},
        {"version": "mixed", "bundle": "zip", "mask_phones": False},
        {"bundle": "merged", "two_up": True},
        {"bundle": "zip"},
    ]
    assert [asked_for(params) for params in orders] == [
        "空白手写，一个 PDF",
        "已填加手写格，带完整电话，压缩包",
        "每张 A4 两份，一个 PDF",
        "压缩包",
    ]
