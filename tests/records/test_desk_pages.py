"""The mentor's desk in a browser: the roster table, the search, a pupil's page, who may open what."""

import datetime
import re
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from mentors.enums import AssignmentKind, AssignmentOrigin
from mentors.models.slots import Assignment
from mentors.services.assignments import assign_pupil, unassign_pupil
from records.desk.queries.roster import find_desk
from schools.enums import VisitOutcome
from schools.models import Plan, SchoolYear
from students.models import Enrolment, Pupil
from tests.cast import SINCE, TODAY, EnrolmentFactory, GuardianFactory, SchoolCast
from tests.plans import AT_ANY_TIME, ask
from tests.records.builders import letter, partner_of, released_letter, talk, visit

ClientOf = Callable[[User], Client]
HOME = "/my/"


def add_pupils(cast: SchoolCast, count: int) -> list[Pupil]:
    """More pupils for `mentor`, in the homeroom teacher's class."""
    pupils = [EnrolmentFactory.create(school_class=cast.class_one).pupil for _ in range(count)]
    for pupil in pupils:
        assign_pupil(actor=cast.system, pupil=pupil, mentor=cast.slot, origin=AssignmentOrigin.OFFICE)
    return pupils


def ticks_on(page: str, pupil: Pupil) -> list[str]:
    """The signs that the page shows for the pupil, in the order of the columns."""
    signs = []
    for action in ("visit", "talk", "letter"):
        before, _, _ = page.partition(f'id="tick-{pupil.pk}-{action}"')
        tag = before[before.rindex("<") :]
        after = page[len(before) :].partition(">")[0]
        signs.append(next(s for s in ("done", "open", "planned", "none") if f"tick-{s}" in tag + after))
    return signs


def spoken(page: str, pupil: Pupil, action: str) -> str:
    """What a screen reader says of one tick."""
    found = re.search(rf'id="tick-{pupil.pk}-{action}".*?visually-hidden">([^<]*)<', page, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_the_home_page_is_the_roster_table(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    first, second = qingzhu.pupils
    visit(qingzhu, qingzhu.mentor, first)
    talk(qingzhu, qingzhu.mentor, second)
    letter(qingzhu, qingzhu.mentor, second, draft=True)
    Enrolment.objects.filter(pupil=first).update(brief="喜欢足球")
    page = client_of(qingzhu.mentor).get(HOME).content.decode()
    assert page.count("人人都有“好朋友”老师") == 1
    details = [page.count(f"<dd>{value}</dd>") for value in ("一（1）班", "林小满", "2 人")]
    assert details == [1, 1, 1]
    assert ticks_on(page, first) == ["done", "open", "open"]
    assert ticks_on(page, second) == ["open", "done", "planned"]
    assert page.count("喜欢足球") == 1
    assert (page.count("安可儿"), page.count("白一诺"), page.count("曹子墨")) == (1, 1, 0)


def test_the_next_step_is_the_window_that_closes_first(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(qingzhu.mentor)
    calendar = actor.calendar.present
    assert calendar is not None
    desk = find_desk(actor, calendar)
    assert desk is not None
    step = desk.next_step
    assert step is not None
    # Midterm exams end on 11 November; talks are due two weeks after, visits were due in September.
    assert (step.action, step.open, step.phase(TODAY)) == ("talk", 2, "during")
    assert step.window is not None
    assert step.window.due_on == datetime.date(2026, 11, 25)


def test_the_page_says_in_words_what_is_next(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    page = client_of(qingzhu.mentor).get(HOME).content.decode()
    assert page.count("还有 <strong>2</strong> 位同学没有谈心") == 1
    assert page.count("11月25日（周三）前完成就好。") == 1


def test_a_finished_book_says_so(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    for pupil in qingzhu.pupils:
        visit(qingzhu, qingzhu.mentor, pupil)
        letter(qingzhu, qingzhu.mentor, pupil)
    page = client_of(qingzhu.mentor).get(HOME).content.decode()
    assert page.count("第一学期的规定动作都完成了，辛苦了。") == 1


def test_a_grade_that_the_plan_does_not_cover_owes_nothing(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    ask(qingzhu.year, grades=[qingzhu.class_five.grade])
    page = client_of(qingzhu.mentor).get(HOME).content.decode()
    assert ticks_on(page, qingzhu.pupils[0]) == ["none", "none", "none"]


def test_the_letter_column_carries_the_plans_own_word(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    Plan.objects.filter(year=qingzhu.year).update(letter_label="成长激励卡")
    page = client_of(qingzhu.mentor).get(HOME).content.decode()
    assert page.count('scope="col">成长激励卡</th>') == 1


def test_a_yearly_action_shows_the_years_tick_in_both_terms(
    qingzhu: SchoolCast, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(qingzhu.year, "visit", period="year", windows=AT_ANY_TIME)
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    monkeypatch.setattr("accounts.middleware.today", lambda: datetime.date(2027, 3, 10))
    page = client_of(qingzhu.mentor).get(HOME).content.decode()
    assert ticks_on(page, qingzhu.pupils[0]) == ["done", "open", "open"]
    assert page.count("2026学年第二学期") == 1


def test_both_teachers_of_a_shared_slot_see_the_same_table(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    partner = partner_of(qingzhu)
    visit(qingzhu, partner, qingzhu.pupil_shared)
    pages = [client_of(user).get(HOME).content.decode() for user in (qingzhu.sharer, partner)]
    assert [ticks_on(page, qingzhu.pupil_shared) for page in pages] == [["done", "open", "open"]] * 2
    assert [page.count("<dd>陶然/石磊</dd>") for page in pages] == [1, 1]


def test_a_supported_pupil_stands_last_and_is_not_counted(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    Assignment.objects.create(
        school=qingzhu.school,
        year=qingzhu.year,
        pupil=qingzhu.pupil_of_colleague,
        mentor=qingzhu.slot,
        kind=AssignmentKind.SUPPORTING,
        counts_in_load=False,
        origin=AssignmentOrigin.OFFICE,
        starts_on=SINCE,
    )
    page = client_of(qingzhu.mentor).get(HOME).content.decode()
    assert (page.count("<dd>2 人</dd>"), page.count(">辅助</span>"), page.count("曹子墨")) == (1, 1, 1)
    assert page.index("曹子墨") > page.index("白一诺")
    # The letter is the main mentor's: no form behind that tick.
    assert page.count(reverse("desk:letter_desk", args=[qingzhu.pupil_of_colleague.pk])) == 0
    assert (
        client_of(qingzhu.mentor).get(reverse("desk:letter_desk", args=[qingzhu.pupil_of_colleague.pk])).status_code
        == 403
    )


def test_pupils_of_several_classes_stand_under_their_class(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    assign_pupil(actor=qingzhu.system, pupil=qingzhu.pupil_shared, mentor=qingzhu.slot, origin=AssignmentOrigin.OFFICE)
    page = client_of(qingzhu.mentor).get(HOME).content.decode()
    assert page.count('class="roster-group"') == 2
    assert page.count("<dd>一（1）班、五（1）班</dd>") == 1


@pytest.mark.parametrize(
    "typed, found",
    [
        ("", ["单小雨", "欧阳若曦"]),
        ("小雨", ["单小雨"]),
        ("sxy", ["单小雨"]),
        ("DXY", ["单小雨"]),
        ("shanxiao", ["单小雨"]),
        ("oyrx", ["欧阳若曦"]),
        (" 欧阳 ", ["欧阳若曦"]),
        ("xiaoyu", []),
        ("<script>", []),
    ],
)
def test_the_search_finds_by_name_and_by_all_readings(
    qingzhu: SchoolCast, client_of: ClientOf, typed: str, found: list[str]
) -> None:
    readings = {
        "单小雨": ("shanxiaoyu danxiaoyu", " sxy dxy "),
        "欧阳若曦": ("ouyangruoxi", " oyrx "),
    }
    for pupil, (name, (pinyin, initials)) in zip(qingzhu.pupils, readings.items(), strict=True):
        Pupil.objects.filter(pk=pupil.pk).update(name=name, pinyin=pinyin, initials=initials)
    page = client_of(qingzhu.mentor).get(HOME, {"q": typed}).content.decode()
    assert [name for name in readings if f">{name}</a>" in page] == found
    assert page.count("没有找到这位同学") == (not found)
    assert page.count("<script>") == 0


def test_a_mentor_without_pupils_reads_what_will_appear(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    for pupil in qingzhu.pupils:
        unassign_pupil(actor=qingzhu.actor(qingzhu.office), pupil=pupil, year=qingzhu.year)
    response = client_of(qingzhu.mentor).get(HOME)
    assert (response.status_code, response.content.decode().count("您还没有学生")) == (200, 1)


def test_a_school_without_a_current_year_has_no_book_yet(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    SchoolYear.objects.update(is_current=False)
    client = client_of(qingzhu.mentor)
    home = client.get(HOME)
    form = client.get(reverse("desk:visit", args=[qingzhu.pupils[0].pk]))
    assert (home.status_code, home.content.decode().count("本学年还没有准备好")) == (200, 1)
    assert (form.status_code, form.content.decode().count("还没有设置，请联系学校管理员")) == (409, 1)


@pytest.mark.parametrize("part", ["office", "homeroom", "admin", "leader", "counsellor", "bureau_user"])
def test_only_mentors_have_a_desk(qingzhu: SchoolCast, client_of: ClientOf, part: str) -> None:
    user = qingzhu.people[part]
    expected = 200 if part == "homeroom" else 403  # The homeroom teacher of the cast has pupils of their own.
    assert client_of(user).get(HOME).status_code == expected


@pytest.mark.parametrize("name", ["visit", "talk", "letter_desk", "brief"])
def test_forms_of_other_pupils_are_closed(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf, name: str
) -> None:
    client = client_of(qingzhu.mentor)
    pupils = (qingzhu.pupils[0], qingzhu.pupil_of_colleague, other.pupils[0])
    statuses = [client.get(reverse(f"desk:{name}", args=[p.pk])).status_code for p in pupils]
    assert [*statuses, client.get(reverse(f"desk:{name}", args=[999_999])).status_code] == [200, 403, 404, 404]


def test_opening_a_pupils_page_is_logged(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    client_of(qingzhu.homeroom).get(reverse("desk:pupil", args=[pupil.pk]))
    client_of(qingzhu.colleague).get(reverse("desk:pupil", args=[pupil.pk]))
    entries = AuditEntry.objects.filter(kind="read")
    assert [(e.user_id, e.verb, e.target_id) for e in entries] == [(qingzhu.homeroom.pk, "open_pupil", pupil.pk)]


def test_the_own_mentor_can_call_and_the_office_sees_a_masked_number(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    pupil.guardians.update(phone="13812345678")
    url = reverse("desk:pupil", args=[pupil.pk])
    pages = {p: client_of(qingzhu.people[p]).get(url).content.decode() for p in ("mentor", "homeroom", "office")}
    seen = {p: (page.count("138****5678"), page.count("13812345678")) for p, page in pages.items()}
    assert seen == {"mentor": (1, 1), "homeroom": (1, 1), "office": (1, 0)}


def test_a_talk_with_others_counts_them_and_names_the_own(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    page = client_of(qingzhu.mentor).get(reverse("desk:pupil", args=[qingzhu.pupils[0].pk])).content.decode()
    assert (page.count("与另外 1 位同学一起"), page.count("白一诺")) == (1, 1)


def test_a_declined_visit_says_so(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], outcome=VisitOutcome.DECLINED)
    page = client_of(qingzhu.mentor).get(reverse("desk:pupil", args=[qingzhu.pupils[0].pk])).content.decode()
    assert page.count(">家长婉拒</span>") == 1


@pytest.mark.parametrize("first", [VisitOutcome.POSTPONED, VisitOutcome.DECLINED])
def test_a_completed_visit_is_not_called_by_an_earlier_outcome(
    qingzhu: SchoolCast, client_of: ClientOf, first: VisitOutcome
) -> None:
    pupil = qingzhu.pupils[0]
    visit(qingzhu, qingzhu.mentor, pupil, outcome=first)
    client = client_of(qingzhu.mentor)
    words = spoken(client.get("/my/").content.decode(), pupil, "visit").split()
    assert [word for word in words if word == first.label] == [first.label]
    visit(qingzhu, qingzhu.mentor, pupil, date=TODAY)
    said = spoken(client.get("/my/").content.decode(), pupil, "visit").split()
    assert (said[:2], said[3:]) == (["家访", "已完成"], [])


HOME_QUERIES = 18
PUPIL_QUERIES = 26


@pytest.mark.parametrize("more", [0, 2])
def test_the_table_costs_the_same_queries_for_one_and_for_three(
    qingzhu: SchoolCast,
    client_of: ClientOf,
    django_assert_num_queries: DjangoAssertNumQueries,
    more: int,
) -> None:
    unassign_pupil(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[1], year=qingzhu.year)
    for pupil in [qingzhu.pupils[0], *add_pupils(qingzhu, more)]:
        visit(qingzhu, qingzhu.mentor, pupil)
        letter(qingzhu, qingzhu.mentor, pupil)
    client = client_of(qingzhu.mentor)
    with django_assert_num_queries(HOME_QUERIES):
        page = client.get(HOME).content.decode()
    assert page.count('class="cell-no"') == 1 + 1 + more


@pytest.mark.parametrize("count", [1, 3])
def test_a_pupils_page_costs_the_same_queries_for_one_and_for_three_records(
    qingzhu: SchoolCast,
    client_of: ClientOf,
    django_assert_num_queries: DjangoAssertNumQueries,
    count: int,
) -> None:
    pupil = qingzhu.pupils[0]
    teachers = [m.teacher for slot in (qingzhu.slot, qingzhu.slot_colleague) for m in slot.members.all()]
    for _ in range(count):
        visit(qingzhu, qingzhu.mentor, pupil, teachers=teachers[:count])
        talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    GuardianFactory.create(pupil=pupil, position=2)
    letter(qingzhu, qingzhu.mentor, pupil)
    client = client_of(qingzhu.mentor)
    with django_assert_num_queries(PUPIL_QUERIES):
        page = client.get(reverse("desk:pupil", args=[pupil.pk])).content.decode()
    assert page.count('<article class="entry">') == 2 * count + 1


def test_the_table_of_fifteen_stays_below_100_kb(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupils = [*qingzhu.pupils, *add_pupils(qingzhu, 13)]
    for pupil in pupils:
        visit(qingzhu, qingzhu.mentor, pupil)
        released_letter(qingzhu, qingzhu.mentor, pupil)
    Enrolment.objects.filter(pupil__in=pupils).update(brief="情" * 200)
    page = client_of(qingzhu.mentor).get(HOME).content
    assert page.count(b'class="cell-name"') == 1 + 15
    assert len(page) < 100_000
