"""Two-sided rounds 双向选择: what mentors say of pupils, what they see, and what they never see."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.clock import now
from core.errors import DomainError
from mentors.enums import MatchRule, MentorMarkKind, RoundState, SheetSource
from mentors.models.slots import Mentor
from mentors.rounds.models import Choice, ChoiceSheet, MatchingRound, MentorMark, RoundMentor
from mentors.rounds.queries.marks import mark_sheet, mark_tasks
from mentors.rounds.services.marks import mark_pupil, notify_candidates, order_preferred, set_marks
from notices.models import Notice
from schools.enums import MatchingMode
from students.models import Pupil
from tests.cast import SchoolCast
from tests.mentors.builders import enrol

SignIn = Callable[[User], Client]
PREFERRED, ACCEPTABLE, UNSUITABLE = MentorMarkKind.PREFERRED, MentorMarkKind.ACCEPTABLE, MentorMarkKind.UNSUITABLE


class World:
    """A two-sided round of grade 5: `mentor` and the shared slot are candidates; four pupils, two named `mentor`."""

    def __init__(self, cast: SchoolCast) -> None:
        self.cast = cast
        self.round = MatchingRound.objects.create(
            school=cast.school,
            year=cast.year,
            grade=cast.class_five.grade,
            name="五年级双向选择",
            mode=MatchingMode.TWO_SIDED,
            state=RoundState.OPEN,
            opens_at=now() - datetime.timedelta(days=1),
            closes_at=now() + datetime.timedelta(days=1),
            rule=MatchRule.STABLE,
            seed=1,
        )
        self.mine = self.candidate(cast.slot, 1)
        self.shared = self.candidate(cast.slot_shared, 2)
        self.pupils = enrol(cast.class_five, 4)
        self.choose(self.pupils[0], [cast.slot_shared, cast.slot], reason="喜欢您的课")
        self.choose(self.pupils[1], [cast.slot], reason="")

    def candidate(self, mentor: Mentor, number: int) -> RoundMentor:
        row = RoundMentor.objects.create(school=self.cast.school, round=self.round, mentor=mentor, number=number)
        row.classes.add(self.cast.class_five)
        return row

    def choose(self, pupil: Pupil, mentors: list[Mentor], *, reason: str) -> None:
        sheet = ChoiceSheet.objects.create(
            school=self.cast.school, round=self.round, pupil=pupil, source=SheetSource.SLIP, submitted_at=now()
        )
        for rank, mentor in enumerate(mentors, start=1):
            words = reason if mentor == self.cast.slot else "写给另一位老师的话"
            Choice.objects.create(school=self.cast.school, sheet=sheet, mentor=mentor, rank=rank, reason=words)

    def stored(self, candidate: RoundMentor) -> dict[int, tuple[str, int | None]]:
        rows = MentorMark.objects.filter(candidate=candidate)
        return {row.pupil_id: (row.mark, row.position) for row in rows}

    def shift(self, **changes: object) -> None:
        MatchingRound.objects.filter(pk=self.round.pk).update(**changes)


@pytest.fixture
def world(qingzhu: SchoolCast) -> World:
    return World(qingzhu)


# --- Saying -----------------------------------------------------------------------------------------------------------
def test_marks_and_order_are_stored_and_replace_what_was_said_before(world: World) -> None:
    actor = world.cast.actor(world.cast.mentor)
    a, b, c, d = (pupil.pk for pupil in world.pupils)
    set_marks(actor=actor, candidate=world.mine, marks={a: PREFERRED, c: UNSUITABLE}, ranking=[b, a])
    assert world.stored(world.mine) == {a: ("preferred", 2), b: ("preferred", 1), c: ("unsuitable", None)}
    set_marks(actor=actor, candidate=world.mine, marks={d: PREFERRED})
    assert world.stored(world.mine) == {
        a: ("acceptable", None),
        b: ("acceptable", None),
        c: ("acceptable", None),
        d: ("preferred", None),
    }
    assert AuditEntry.objects.filter(verb="set_marks").order_by("pk").first().detail == {  # type: ignore[union-attr]
        "preferred": 2,
        "acceptable": 0,
        "unsuitable": 1,
        "ranked": 2,
    }


def test_saying_the_same_again_writes_nothing(world: World) -> None:
    actor = world.cast.actor(world.cast.mentor)
    marks = {world.pupils[0].pk: PREFERRED}
    assert set_marks(actor=actor, candidate=world.mine, marks=marks, ranking=[world.pupils[0].pk]) is True
    assert set_marks(actor=actor, candidate=world.mine, marks=marks, ranking=[world.pupils[0].pk]) is False
    assert AuditEntry.objects.filter(verb="set_marks").count() == 1


def test_a_later_mark_is_later_than_the_draft_was(world: World) -> None:
    actor = world.cast.actor(world.cast.mentor)
    mark_pupil(actor=actor, candidate=world.mine, pupil_id=world.pupils[0].pk, kind=PREFERRED)
    MentorMark.objects.update(marked_at=now() - datetime.timedelta(hours=1))
    drafted = now() - datetime.timedelta(minutes=5)
    set_marks(actor=actor, candidate=world.mine, marks={})
    assert MentorMark.objects.filter(marked_at__gt=drafted).count() == 1


def test_the_order_holds_no_unsuitable_and_nobody_twice(world: World) -> None:
    actor = world.cast.actor(world.cast.mentor)
    pupil = world.pupils[0].pk
    for marks, ranking, code in (
        ({pupil: UNSUITABLE}, [pupil], "ranked_unsuitable"),
        ({}, [pupil, pupil], "twice"),
    ):
        with pytest.raises(DomainError) as refused:
            set_marks(actor=actor, candidate=world.mine, marks=marks, ranking=ranking)
        assert refused.value.code == code
    assert world.stored(world.mine) == {}


def test_only_pupils_who_can_come_are_marked(world: World) -> None:
    actor = world.cast.actor(world.cast.mentor)
    # One of another grade, and one who has a mentor already.
    for pupil in (world.cast.pupil_unassigned, world.cast.pupil_shared):
        with pytest.raises(DomainError) as refused:
            set_marks(actor=actor, candidate=world.mine, marks={pupil.pk: PREFERRED})
        assert refused.value.code == "not_open_to"
        with pytest.raises(DomainError) as refused:
            mark_pupil(actor=actor, candidate=world.mine, pupil_id=pupil.pk, kind=PREFERRED)
        assert refused.value.code == "not_open_to"


def test_a_preferred_pupil_joins_the_end_of_the_order_and_leaves_it_with_the_mark(world: World) -> None:
    actor = world.cast.actor(world.cast.mentor)
    a, b, c, _ = (pupil.pk for pupil in world.pupils)
    for key in (a, b):
        mark_pupil(actor=actor, candidate=world.mine, pupil_id=key, kind=PREFERRED)
    assert world.stored(world.mine) == {a: ("preferred", None), b: ("preferred", None)}
    order_preferred(actor=actor, candidate=world.mine, ranking=[b, a])
    mark_pupil(actor=actor, candidate=world.mine, pupil_id=c, kind=PREFERRED)
    mark_pupil(actor=actor, candidate=world.mine, pupil_id=b, kind=UNSUITABLE)
    assert world.stored(world.mine) == {a: ("preferred", 1), b: ("unsuitable", None), c: ("preferred", 2)}
    order_preferred(actor=actor, candidate=world.mine, ranking=[])
    assert world.stored(world.mine) == {a: ("preferred", None), b: ("unsuitable", None), c: ("preferred", None)}


@pytest.mark.parametrize("part, may", [("mentor", True), ("office", True), ("colleague", False), ("leader", False)])
def test_the_mentor_and_the_office_mark_and_nobody_else(world: World, part: str, may: bool) -> None:
    actor = world.cast.actor(world.cast.people[part])
    if may:
        assert mark_pupil(actor=actor, candidate=world.mine, pupil_id=world.pupils[0].pk, kind=PREFERRED)
        return
    with pytest.raises(DomainError) as refused:
        mark_pupil(actor=actor, candidate=world.mine, pupil_id=world.pupils[0].pk, kind=PREFERRED)
    assert refused.value.code == "not_allowed"


def test_whoever_shares_a_slot_may_mark_for_it(world: World, client_of: SignIn) -> None:
    actor = world.cast.actor(world.cast.sharer)
    mark_pupil(actor=actor, candidate=world.shared, pupil_id=world.pupils[0].pk, kind=PREFERRED)
    assert world.stored(world.shared) == {world.pupils[0].pk: ("preferred", None)}
    page = client_of(world.cast.sharer).get(reverse("marks:sheet", args=[world.shared.pk]))
    assert page.status_code == 200
    assert [row.enrolment.pupil for row in page.context["sheet"].named] == [world.pupils[0]]


@pytest.mark.parametrize(
    "changes, may",
    [
        ({"state": RoundState.SETUP}, False),
        ({"opens_at": datetime.timedelta(hours=1)}, False),
        ({"closes_at": -datetime.timedelta(hours=1)}, True),
        ({"state": RoundState.PUBLISHED}, False),
        ({"state": RoundState.CANCELLED}, False),
    ],
)
def test_marking_goes_on_from_the_opening_until_the_publication(
    world: World, changes: dict[str, object], may: bool
) -> None:
    values = {k: now() + v if isinstance(v, datetime.timedelta) else v for k, v in changes.items()}
    if values.get("state") == RoundState.PUBLISHED:
        values["published_at"] = now()
    world.shift(**values)
    actor = world.cast.actor(world.cast.mentor)
    if may:
        assert mark_pupil(actor=actor, candidate=world.mine, pupil_id=world.pupils[0].pk, kind=PREFERRED)
        return
    with pytest.raises(DomainError) as refused:
        mark_pupil(actor=actor, candidate=world.mine, pupil_id=world.pupils[0].pk, kind=PREFERRED)
    assert refused.value.code == "not_now"


def test_another_schools_round_is_out_of_reach(other: SchoolCast, world: World, client_of: SignIn) -> None:
    for user in (other.mentor, other.office):
        with pytest.raises(DomainError) as refused:
            mark_pupil(actor=other.actor(user), candidate=world.mine, pupil_id=world.pupils[0].pk, kind=PREFERRED)
        assert refused.value.code == "other_school"
        assert client_of(user).get(reverse("marks:sheet", args=[world.mine.pk])).status_code == 404


# --- Seeing -----------------------------------------------------------------------------------------------------------
def test_a_mentor_sees_who_named_them_and_the_words_meant_for_them_but_no_rank_and_no_other_choice(
    world: World, client_of: SignIn
) -> None:
    page = client_of(world.cast.mentor).get(reverse("marks:sheet", args=[world.mine.pk]))
    body = page.content.decode()
    assert [(row.enrolment.pupil, row.reason) for row in page.context["sheet"].named] == [
        (world.pupils[0], "喜欢您的课"),
        (world.pupils[1], ""),
    ]
    assert "喜欢您的课" in body
    # The first named another mentor before this one: neither that mentor, nor the words to them, nor a rank is there.
    assert "写给另一位老师的话" not in body
    assert world.cast.sharer.name not in body
    assert "石磊" not in body
    for word in ("第一志愿", "第二志愿", "第 1 志愿", "第1", "首选"):
        assert word not in body
    # The list is in class order, whatever the rank.
    world.choose(world.pupils[2], [world.cast.slot], reason="")
    assert [row.enrolment.pupil for row in mark_sheet(world.mine).named] == world.pupils[:3]
    # Who did not name the mentor is not listed unless looked for.
    assert world.pupils[3].name not in body


def test_other_pupils_are_found_by_name(world: World, client_of: SignIn) -> None:
    Pupil.objects.filter(pk=world.pupils[3].pk).update(name="范小舟", pinyin="fanxiaozhou", initials=" fxz ")
    client = client_of(world.cast.mentor)
    for query in ("小舟", "fxz", "fanx"):
        page = client.get(reverse("marks:sheet", args=[world.mine.pk]), {"q": query})
        assert [row.pupil_id for row in page.context["sheet"].found] == [world.pupils[3].pk]
    mark_pupil(
        actor=world.cast.actor(world.cast.mentor), candidate=world.mine, pupil_id=world.pupils[3].pk, kind=PREFERRED
    )
    page = client.get(reverse("marks:sheet", args=[world.mine.pk]))
    assert [row.pupil_id for row in page.context["sheet"].marked] == [world.pupils[3].pk]


def test_the_buttons_save_at_once_with_and_without_htmx(world: World, client_of: SignIn) -> None:
    client = client_of(world.cast.mentor)
    a, b = world.pupils[0].pk, world.pupils[1].pk
    plain = client.post(reverse("marks:mark", args=[world.mine.pk, a]), {"mark": "preferred"})
    assert plain["Location"] == reverse("marks:sheet", args=[world.mine.pk])
    small = client.post(
        reverse("marks:mark", args=[world.mine.pk, b]), {"mark": "preferred"}, headers={"HX-Request": "true"}
    )
    assert small.content.decode().lstrip().startswith('<div id="marks"')
    client.post(reverse("marks:order", args=[world.mine.pk, b]), {"way": "up"})
    assert world.stored(world.mine) == {a: ("preferred", 2), b: ("preferred", 1)}
    client.post(reverse("marks:order", args=[world.mine.pk, b]), {"way": "down"})
    assert world.stored(world.mine) == {a: ("preferred", 1), b: ("preferred", 2)}
    client.post(reverse("marks:order", args=[world.mine.pk, b]), {"way": "none"})
    assert world.stored(world.mine) == {a: ("preferred", None), b: ("preferred", None)}
    assert client.post(reverse("marks:mark", args=[world.mine.pk, a]), {"mark": "best"}).status_code == 400
    assert client.post(reverse("marks:order", args=[world.mine.pk, a]), {"way": "top"}).status_code == 400


def test_a_refusal_stands_at_the_list(world: World, client_of: SignIn) -> None:
    client = client_of(world.cast.mentor)
    gone = client.post(
        reverse("marks:mark", args=[world.mine.pk, world.cast.pupil_shared.pk]),
        {"mark": "preferred"},
        headers={"HX-Request": "true"},
    )
    assert gone.status_code == 422
    assert "这位同学不能选这位导师" in gone.content.decode()


def test_a_colleague_does_not_open_the_list(world: World, client_of: SignIn) -> None:
    assert client_of(world.cast.colleague).get(reverse("marks:sheet", args=[world.mine.pk])).status_code == 403
    assert client_of(world.cast.sharer).get(reverse("marks:sheet", args=[world.mine.pk])).status_code == 403


def test_a_round_in_preparation_is_no_business_of_the_mentors(world: World, client_of: SignIn) -> None:
    world.shift(state=RoundState.SETUP)
    assert client_of(world.cast.mentor).get(reverse("marks:sheet", args=[world.mine.pk])).status_code == 403
    assert mark_tasks(world.cast.actor(world.cast.mentor)) == []


def test_the_desk_shows_what_is_to_be_marked(world: World, client_of: SignIn) -> None:
    client = client_of(world.cast.mentor)
    body = client.get(reverse("desk:home")).content.decode()
    assert "五年级双向选择：请标记" in body
    assert "2 位同学选了您" in body
    assert reverse("marks:sheet", args=[world.mine.pk]) in body
    assert reverse("marks:sheet", args=[world.mine.pk]) in client.get(reverse("marks:list")).content.decode()
    world.shift(state=RoundState.PUBLISHED, published_at=now())
    assert "双向选择：请标记" not in client.get(reverse("desk:home")).content.decode()
    assert "双向选择：请标记" not in client_of(world.cast.colleague).get(reverse("desk:home")).content.decode()


def test_candidates_are_told_once_and_without_names(world: World) -> None:
    office = world.cast.actor(world.cast.office)
    assert notify_candidates(actor=office, round=world.round) == 2
    assert notify_candidates(actor=office, round=world.round) == 0
    notices = Notice.objects.filter(kind="marks").order_by("recipient__name")
    assert [(n.recipient, n.title, n.link) for n in notices] == [
        (world.cast.mentor, "五年级双向选择：请标记", reverse("marks:sheet", args=[world.mine.pk])),
        (world.cast.sharer, "五年级双向选择：请标记", reverse("marks:sheet", args=[world.shared.pk])),
    ]
    world.shift(mode=MatchingMode.CHOICE)
    world.round.refresh_from_db()
    assert notify_candidates(actor=office, round=world.round) == 0


@pytest.mark.parametrize("more", [0, 2])
def test_the_list_costs_the_same_for_few_and_for_many(
    world: World, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, more: int
) -> None:
    for pupil in enrol(world.cast.class_five, more):
        world.choose(pupil, [world.cast.slot], reason="喜欢")
    client = client_of(world.cast.mentor)
    with django_assert_num_queries(12):
        page = client.get(reverse("marks:sheet", args=[world.mine.pk]))
    assert len(page.context["sheet"].named) == 2 + more
