"""导师证 read back: 86 × 54 mm ten to a page, everybody of a shared slot, the code only for shared cards; the job."""

import io
import re
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf.generic import DictionaryObject
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from accounts.services import end_role
from core.errors import DomainError
from jobs.enums import JobState
from jobs.models import Job
from jobs.work import run_job
from mentors import printing
from mentors.documents.badge import Badge, render_badges
from mentors.models import MentorCard, Teacher
from mentors.services import create_mentor
from schools.contexts import Letterhead
from tests.cast import SchoolCast, TeacherFactory
from tests.documents import reading

SignIn = Callable[[User], Client]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_folder")]
POINTS = 72 / 25.4


def badge(name: str = "程𫖯", **values: Any) -> Badge:
    return Badge(
        **{
            "school": Letterhead(name="江城市青竹小学"),
            "name": name,
            "subject": "语文",
            "classes": ("一（1）班",),
            "year": "2026学年",
            **values,
        }
    )


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 80), "#446655").save(out, "JPEG")
    return out.getvalue()


def figures(pdf: bytes) -> list[str]:
    document = reading.reader(pdf)
    count = int(cast(dict[str, Any], document.trailer)["/Size"])
    objects = [cast(Any, document.get_object(number)) for number in range(1, count)]
    tags = [item for item in objects if isinstance(item, DictionaryObject)]
    return sorted(str(item["/Alt"]) for item in tags if item.get("/S") == "/Figure")


# --- The paper --------------------------------------------------------------------------------------------------------
def test_ten_badges_fill_a_sheet() -> None:
    pages = reading.page_texts(render_badges([badge() for _ in range(12)]))
    assert [page.count("2026学年") for page in pages] == [10, 2]
    assert [page.count("第1张，共2张") for page in pages] == [1, 0]


def test_each_is_86_by_54_millimetres_between_its_cut_marks(tmp_path: Path) -> None:
    path = tmp_path / "badges.pdf"
    path.write_bytes(render_badges([badge(name) for name in "甲乙丙丁戊己庚辛壬癸"]))
    box = reading.reader(path.read_bytes()).pages[0].mediabox
    assert (round(float(box.width) / POINTS), round(float(box.height) / POINTS)) == (210, 297)
    listing = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, text=True, check=True).stdout
    places = {
        word: (float(x) / POINTS, float(y) / POINTS)
        for x, y, word in re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>([甲乙丙丁戊己庚辛壬癸])<', listing)
    }
    across = [round(places[right][0] - places[left][0], 1) for left, right in ("甲乙", "丙丁", "壬癸")]
    down = [round(places[lower][1] - places[upper][1], 1) for upper, lower in ("甲丙", "丙戊", "戊庚", "庚壬")]
    assert (across, down) == ([86.0] * 3, [54.0] * 4)


def test_it_is_sound_tagged_and_spoken_in_order(tmp_path: Path) -> None:
    pdf = render_badges([badge(photo=photo(), card_url="https://example.com/cards/abc/"), badge("林小满")])
    reading.assert_sound(pdf, tmp_path, title="导师证 · 江城市青竹小学")
    assert reading.spoken(pdf, tmp_path) == (
        "导师证第1张，共1张请沿裁切线裁开导师证江城市青竹小学程𫖯语文一（1）班2026学年扫码认识我"
        "导师证江城市青竹小学贴照片处林小满语文一（1）班2026学年"
    )
    assert figures(pdf) == ["打开程𫖯老师名片的二维码", "程𫖯的照片"]
    assert reading.bookmarks(pdf) == [("导师证（第 1 张）", 1)]


def test_long_names_and_no_class_print_whole(tmp_path: Path) -> None:
    name = "阿卜杜热合曼·艾力江"
    pdf = render_badges([badge(name, classes=(), subject="", card_url="https://example.com/c/1/"), badge("欧阳明月")])
    assert [reading.printed(pdf, tmp_path).count(n) for n in (name, "欧阳明月")] == [1, 1]


def test_the_same_badges_give_the_same_bytes_and_none_is_an_error() -> None:
    assert render_badges([badge(photo=photo())]) == render_badges([badge(photo=photo())])
    with pytest.raises(ValueError, match="no badge"):
        render_badges([])


# --- The pages --------------------------------------------------------------------------------------------------------
def test_a_shared_slot_gives_two_badges_in_class_order(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    answer = client.get(reverse("badges:print"))
    assert answer["Content-Type"] == "application/pdf"
    text = reading.text(answer.content)
    names = ["何知秋", "林小满", "苏禾", "陶然", "石磊"]
    assert sorted(names, key=text.index) == names
    assert AuditEntry.objects.get(verb="print_badges").detail == {"badges": 5}
    one_class = reading.text(client.get(reverse("badges:print"), {"class": qingzhu.class_five.pk}).content)
    assert [one_class.count(name) for name in names] == [0, 0, 0, 1, 1]
    teacher = Teacher.objects.get(user=qingzhu.mentor)
    single = reading.text(client.get(reverse("badges:print"), {"teacher": teacher.pk}).content)
    assert [single.count(name) for name in names] == [0, 1, 0, 0, 0]


def test_only_a_shared_card_prints_its_code(qingzhu: SchoolCast, client_of: SignIn) -> None:
    teachers = [Teacher.objects.get(user=user) for user in (qingzhu.mentor, qingzhu.colleague)]
    MentorCard.objects.create(school=qingzhu.school, teacher=teachers[0], is_shared=True)
    MentorCard.objects.create(school=qingzhu.school, teacher=teachers[1], is_shared=False)
    pdf = client_of(qingzhu.office).get(reverse("badges:print")).content
    assert figures(pdf) == ["打开林小满老师名片的二维码"]


def test_another_schools_class_and_teacher_are_unknown(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(other.office)
    teacher = Teacher.objects.get(user=qingzhu.mentor)
    assert client.get(reverse("badges:print"), {"class": qingzhu.class_one.pk}).status_code == 404
    assert client.get(reverse("badges:print"), {"teacher": teacher.pk}).status_code == 404
    everybody = reading.text(client.get(reverse("badges:print")).content)
    assert everybody.count(qingzhu.school.name) == 0


def more_mentors(cast: SchoolCast, count: int) -> None:
    for _ in range(count):
        create_mentor(actor=cast.system, year=cast.year, teachers=[TeacherFactory.create(school=cast.school)])


def test_more_than_fit_on_the_spot_become_a_job_with_one_pdf(
    qingzhu: SchoolCast, client_of: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    more_mentors(qingzhu, 50)
    client = client_of(qingzhu.office)
    assert client.get(reverse("badges:index")).context["as_job"] is True
    assert client.get(reverse("badges:print")).status_code == 409
    assert client.post(reverse("badges:all"), {"job": "x"}).status_code == 409
    answer = client.post(reverse("badges:all"), {"job": str(uuid.uuid4())})
    job = Job.objects.get(kind=printing.BADGES)
    assert (answer["Location"], job.total) == (reverse("jobs:detail", args=[job.pk]), 2)
    for _turn in range(20):
        run_job(job.pk)
        job.refresh_from_db()
        if job.is_finished:
            break
    assert (job.state, job.message, job.done_count) == (JobState.DONE, "", 2)
    (result,) = job.files.all()
    assert result.name == "2026学年导师证.pdf"
    with result.file.open("rb") as file:
        pages = reading.page_texts(file.read())
    assert [page.count("2026学年") for page in pages] == [10, 10, 10, 10, 10, 5]


def test_who_lost_the_role_meanwhile_gets_no_file(qingzhu: SchoolCast) -> None:
    office = qingzhu.actor(qingzhu.office)
    job = printing.order_badges(actor=office, year=qingzhu.year)
    (grant,) = qingzhu.office.grants.all()
    end_role(actor=qingzhu.system, grant=grant)
    qingzhu.office.grants.all().delete()
    with pytest.raises(DomainError) as refusal:
        printing.make_part(job.items.get())
    assert refusal.value.code == "not_allowed"


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_few_mentors_and_for_more(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    more_mentors(qingzhu, count)
    client = client_of(qingzhu.office)
    with django_assert_num_queries(8):
        client.get(reverse("badges:index"))


def test_a_class_prints_its_certificates_with_the_school_s_words(qingzhu: SchoolCast, client_of: SignIn) -> None:
    query = {"class": str(qingzhu.class_one.pk), "paper": "appointment"}
    answer = client_of(qingzhu.office).get(reverse("badges:print"), query)
    pages = reading.page_texts(answer.content)
    assert [page.count("担任2026学年一（1）班学生成长导师") for page in pages] == [1] * len(pages)
    assert [page.count("聘书") for page in pages] == [1, 1, 1]
