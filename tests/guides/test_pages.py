"""The pages under /help/ and a family's: whose text comes first, where 怎么用 leads, what a family reads."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AuditEntry, User
from records.guides.contexts import GUIDES
from schools.calendar import SchoolCalendar
from schools.models import School
from tests.cast import TODAY, SchoolCast
from tests.documents.reading import page_texts, squeezed
from tests.family.test_family_pages import enter, slip_of
from tests.pages import by_class, text, tree
from tests.papers.test_jobs import finished

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "part, own",
    [
        ("mentor", ["mentor", "manual-mentor"]),
        ("homeroom", ["mentor", "homeroom", "manual-mentor", "manual-homeroom"]),
        ("office", ["office", "manual-office", "to-parents", "questions", "trial"]),
        ("admin", ["admin", "manual-admin", "questions", "trial"]),
        ("leader", ["questions", "trial"]),
        ("counsellor", ["counsellor"]),
        ("bureau_user", ["bureau"]),
    ],
)
def test_ones_own_texts_come_first(qingzhu: SchoolCast, client_of: SignIn, part: str, own: list[str]) -> None:
    page = tree(client_of(qingzhu.people[part]).get(reverse("help:index")))
    first, *others = [[link.get("href") for link in rows.iter("a")] for rows in by_class(page, "rows")]
    everybody = [key for key, guide in GUIDES.items() if Role.BUREAU not in guide.roles and key not in own]
    assert first == [reverse("help:text", args=[key]) for key in own]
    assert others == ([] if part == "bureau_user" else [[reverse("help:text", args=[key]) for key in everybody]])


@pytest.mark.parametrize(
    "part, page, leads_to",
    [
        ("mentor", "desk:home", "/help/mentor/"),
        ("mentor", "desk:letters", "/help/manual-mentor/#letters"),
        ("homeroom", "board:list", "/help/manual-homeroom/#board"),
        ("office", "board:list", "/help/office/"),
        ("office", "papers:index", "/help/manual-office/#papers"),
        ("leader", "office:dashboard", "/help/questions/"),
        ("admin", "imports:list", "/help/manual-admin/#import"),
        ("counsellor", "counsel:home", "/help/counsellor/"),
        ("bureau_user", "bureau:home", "/help/bureau/"),
    ],
)
def test_each_main_page_leads_to_what_explains_it(
    qingzhu: SchoolCast, client_of: SignIn, part: str, page: str, leads_to: str
) -> None:
    found = by_class(tree(client_of(qingzhu.people[part]).get(reverse(page))), "how-to")
    assert [(link.get("href"), text(link)) for link in found] == [(leads_to, "怎么用")]


def test_a_page_and_its_paper_say_the_same_of_the_own_school(qingzhu: SchoolCast, client_of: SignIn) -> None:
    School.objects.filter(pk=qingzhu.school.pk).update(emergency_card="校医室 027-5550199")
    client = client_of(qingzhu.mentor)
    page = squeezed(text(by_class(tree(client.get(reverse("help:text", args=["mentor"]))), "guide")[0]))
    (sheet,) = page_texts(client.get(reverse("help:paper", args=["mentor"])).content)
    own = ["每学期1次，开学前3周到开学后2周", "重要考试前2周到重要考试后2周", "027-5550199", "默认导师团可见"]
    assert [(words in page, sheet.count(words)) for words in own] == [(True, 2)] * len(own)


def test_what_is_no_text_or_no_text_for_this_person_is_not_found(qingzhu: SchoolCast, client_of: SignIn) -> None:
    mentor, bureau = client_of(qingzhu.mentor), client_of(qingzhu.bureau_user)
    asked = [(mentor, "nothing"), (mentor, "bureau"), (bureau, "mentor"), (mentor, "questions"), (bureau, "bureau")]
    for name in ("text", "paper"):
        statuses = [client.get(reverse(f"help:{name}", args=[key])).status_code for client, key in asked]
        assert statuses == [404, 404, 404, 200, 200]


def test_a_school_without_a_year_has_its_texts_too(qingzhu: SchoolCast, client_of: SignIn) -> None:
    qingzhu.year.plans.all().delete()
    client = client_of(qingzhu.admin)
    for key, guide in GUIDES.items():
        if Role.BUREAU not in guide.roles:
            assert client.get(reverse("help:text", args=[key])).status_code == 200


def test_a_family_reads_how_to_and_the_letter_with_its_mentor(qingzhu: SchoolCast, client: Client) -> None:
    slip = slip_of(qingzhu, qingzhu.pupils[0])
    address = reverse("family_help:page", args=[slip.key])
    assert client.get(address).headers["Location"] == reverse("family:slip", args=[slip.key])
    enter(client, slip)
    answer = client.get(address)
    said = squeezed(text(tree(answer)))
    assert ["安可儿（一（1）班）的导师：林小满老师" in said, "no-store" in answer["Cache-Control"]] == [True, True]
    home = client.get(reverse("family:home", args=[slip.key])).content.decode()
    assert home.count(f'href="{address}"') == 1
    pdf = client.get(reverse("family_help:letter", args=[slip.key]))
    (page,) = page_texts(pdf.content)
    assert (page.count("安可儿"), page.count("曹子墨"), pdf["Content-Type"]) == (2, 0, "application/pdf")


def test_a_class_pile_is_for_its_own_teacher_and_the_office(qingzhu: SchoolCast, client_of: SignIn) -> None:
    address = reverse("help:class_letters", args=[qingzhu.class_one.pk])
    for person in (qingzhu.homeroom, qingzhu.office):
        pages = page_texts(client_of(person).get(address).content)
        names = ["安可儿", "白一诺", "曹子墨", "丁小雨"]
        assert [[page.count(name) for name in names] for page in pages] == [
            [2 if row == column else 0 for column in range(4)] for row in range(4)
        ]
        assert ["林小满老师" in page for page in pages] == [True, True, False, False]
    entry = AuditEntry.objects.filter(verb="print_letters_to_parents").latest("pk")
    assert (entry.detail, AuditEntry.objects.filter(verb="print_letters_to_parents").count()) == ({"pupils": 4}, 2)
    other_class = reverse("help:class_letters", args=[qingzhu.class_five.pk])
    assert client_of(qingzhu.homeroom).get(other_class).status_code == 403


@pytest.mark.usefixtures("own_folder")
def test_the_whole_school_comes_as_one_job(qingzhu: SchoolCast, client_of: SignIn) -> None:
    from jobs.models import Job  # noqa: PLC0415 - beside its one use

    client = client_of(qingzhu.office)
    page = client.get(reverse("papers:index")).content.decode()
    assert page.count(f'action="{reverse("help:all_letters")}"') == 1
    answer = client.post(
        reverse("help:all_letters"), {"job": "3f0f6a0e-6a51-4c0c-8d1c-8a5d1e6f7a10", "bundle": "merged"}
    )
    job = finished(Job.objects.get())
    assert (answer["Location"], job.title, job.total) == (reverse("jobs:detail", args=[job.pk]), "2026学年告家长书", 2)
    (result,) = job.files.all()
    pages = page_texts(Path(result.file.path).read_bytes())
    assert ["".join(n for n in ("安可儿", "白一诺", "曹子墨", "丁小雨", "范思齐") if n in p) for p in pages] == [
        "安可儿", "白一诺", "曹子墨", "丁小雨", "范思齐",
    ]  # fmt: skip


def test_the_facts_of_a_school_take_few_queries(qingzhu: SchoolCast, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    from records.guides.queries import facts_of  # noqa: PLC0415 - beside its one use

    with django_assert_num_queries(8):
        found = facts_of(qingzhu.school, SchoolCalendar(qingzhu.school.pk, TODAY))
    assert found.plan is not None
    assert (found.office, found.admins, found.plan.cap, found.plan.covered, found.plan.letter_hours) == (
        ("德育韩",), ("管一鸣",), 15, ("一年级", "五年级"), "2.5",
    )  # fmt: skip
    assert [(line.label, line.often, line.when, line.dates) for line in found.plan.actions] == [
        ("家访", "每学期 1 次", "开学前 3 周到开学后 2 周", "8月11日—9月15日"),
        ("谈心", "每学期 1 次", "重要考试前 2 周到重要考试后 2 周", "10月26日—11月25日、12月28日—1月22日"),
        ("成长寄语", "每学期 1 次", "期末前 3 周到期末", "1月1日—1月22日"),
    ]
