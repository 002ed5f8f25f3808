"""A mentor looks back at former years: earlier pupils are read, and a letter that was sent back is handed in again."""

import datetime
import re
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.models import RoleGrant, User
from mentors.models.slots import Teacher
from mentors.team.models import HandOverNote
from mentors.year.services.draft import CarryOn
from notices.models import Notice
from records.enums import LetterState
from records.letters.services.office import return_letter
from records.models.records import GrowthLetter
from schools.models import SchoolYear
from tests.cast import TODAY, SchoolCast
from tests.office.test_former_year import hrefs, roll_year
from tests.records.builders import letter, visit

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


@pytest.fixture
def former(qingzhu: SchoolCast) -> SchoolCast:
    """The cast after its year was rolled over, and its mentors begin afresh."""
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[1], teachers=[Teacher.objects.get(user=qingzhu.mentor)])
    roll_year(qingzhu, CarryOn.NOTHING)
    return qingzhu


def desk_of(page: object) -> list[str]:
    """Where the rows of the book lead."""
    return [link for link in hrefs(page) if re.match("/my/(pupils|letters)/[0-9]", link)]


def test_the_home_page_leads_to_the_former_years_book_where_nothing_is_logged(
    former: SchoolCast, client_of: SignIn
) -> None:
    """Seen: after the roll-over a mentor's pupils of the year before were on no page."""
    client = client_of(former.mentor)
    now = client.get(reverse("desk:home"))
    assert [link for link in hrefs(now) if link.startswith("?term=")] == ["?term=2026-2", "?term=1", "?term=2"]
    page = client.get(reverse("desk:home"), {"term": "2026-1"})
    first, second = former.pupils
    term = page.context["calendar"].term
    links = [link for row in (first, second) for link in _row(row.pk, term.pk)]
    assert desk_of(page) == links
    assert "2026学年第一学期，只能查看。" in page.content.decode()


def _row(pupil: int, term: int) -> list[str]:
    page, desk = reverse("desk:pupil", args=[pupil]), reverse("desk:letter_desk", args=[pupil])
    return [f"{page}?term={term}#timeline", f"{desk}?term=2026-1"]


def test_the_switch_names_no_year_in_which_one_had_no_pupils(former: SchoolCast, client_of: SignIn) -> None:
    page = client_of(former.mentor).get(reverse("desk:home"), {"term": "2026-1"})
    assert [link for link in hrefs(page) if link.startswith("?term=")] == ["?term=", "?term=2026-1", "?term=2026-2"]
    newcomer = client_of(former.colleague)
    former.slot_colleague.assignments.all().delete()
    alone = newcomer.get(reverse("desk:home"))
    assert [link for link in hrefs(alone) if link.startswith("?term=")] == ["?term=1", "?term=2"]


def test_a_former_years_letters_are_read_and_not_changed(former: SchoolCast, client_of: SignIn) -> None:
    client, (first, second) = client_of(former.mentor), former.pupils
    start = client.get(reverse("desk:letters"), {"term": "2026-1"})
    assert [(row.pupil, row.state) for row in start.context["desk"].rows] == [(first, "handed_in"), (second, "blank")]
    url = reverse("desk:letter_desk", args=[first.pk]) + "?term=2026-1"
    assert b"data-letter-desk" not in client.get(url).content
    stored = GrowthLetter.objects.get()
    for pupil, version in ((first, stored.version), (second, 0)):
        sent = {"action": "hand_in", "body": "改一改。", "version": version, "submission": uuid.uuid4()}
        refused = client.post(reverse("desk:letter_desk", args=[pupil.pk]) + "?term=2026-1", sent)
        assert (refused.status_code, "这个学年已经结束，只能查看。" in refused.content.decode()) == (422, True)
    assert (GrowthLetter.objects.get().body, GrowthLetter.objects.get().version) == (stored.body, stored.version)


def test_a_former_years_letter_that_was_sent_back_is_handed_in_again(former: SchoolCast, client_of: SignIn) -> None:
    """Seen: 德育室 could send it back, and nobody could hand it in again."""
    waiting = GrowthLetter.objects.get()
    return_letter(actor=former.actor(former.office), letter=waiting, reason="名字写错了")
    assert Notice.objects.get(kind="letter_returned").link == f"{reverse('desk:letters')}?term=2026-1"
    client = client_of(former.mentor)
    start = client.get(reverse("desk:letters")).content.decode()
    assert "上学年第一学期有 1 封退回" in start
    url = reverse("desk:letter_desk", args=[waiting.pupil_id]) + "?term=2026-1"
    form = client.get(url).context["form"]
    sent = {"action": "hand_in", "body": "你这学期很用心，老师为你高兴。", "version": form["version"].value()}
    answer = client.post(url, sent | {"submission": waiting.submission, "known": ""})
    assert answer.headers["Location"] == f"{reverse('desk:letters')}?term=2026-1"
    waiting.refresh_from_db()
    assert (waiting.state, waiting.body) == (LetterState.HANDED_IN, "你这学期很用心，老师为你高兴。")
    # Who handed it in still finds it, though the time with the pupil is over.
    assert b"data-letter-desk" not in client.get(url).content


def test_what_is_typed_into_such_a_letter_is_a_draft_that_leads_back_to_it(
    former: SchoolCast, client_of: SignIn
) -> None:
    waiting = GrowthLetter.objects.get()
    return_letter(actor=former.actor(former.office), letter=waiting, reason="名字写错了")
    client, user = client_of(former.mentor), former.mentor.pk
    key = f"letter/{waiting.pupil_id}/{waiting.term_id}"
    body = {"key": key, "stamp": "0123456789abcdef.1", "user": user, "content": {"body": ["改了"]}}
    client.post(reverse("desk:draft_save"), body, content_type="application/json")
    url = reverse("desk:letter_desk", args=[waiting.pupil_id])
    assert f"{url}?term=2026-1" in hrefs(client.get(reverse("desk:home")))


def test_who_had_a_pupil_in_a_former_year_reads_nothing_of_what_came_after(
    former: SchoolCast, client_of: SignIn
) -> None:
    """The letter desk shows all of a present pupil's letters and hand-over notes unasked; of a former one it asks."""
    pupil = former.pupils[0]
    assert client_of(former.colleague).get(_desk(pupil.pk)).status_code == 403
    HandOverNote.objects.create(
        school=former.school,
        pupil=pupil,
        year=SchoolYear.objects.get(school=former.school, start_year=2027),
        from_mentor=former.slot_colleague,
        text="后来的话",
        written_by=former.colleague,
    )
    beside = client_of(former.mentor).get(_desk(pupil.pk)).context["beside"]
    assert (beside.notes, beside.earlier) == ([], [])


def _desk(pupil: int) -> str:
    return reverse("desk:letter_desk", args=[pupil]) + "?term=2026-1"


def test_visits_and_cards_of_one_term_are_shown_apart(former: SchoolCast, client_of: SignIn) -> None:
    client = client_of(former.mentor)
    for name in ("desk:visits", "tree_hole:inbox"):
        page = client.get(reverse(name))
        switch = [link for link in hrefs(page) if link.startswith("?term=")]
        assert switch == ["?term=", "?term=2026-2", "?term=1", "?term=2"]
    assert "2026学年第二学期" in client.get(reverse("desk:visits"), {"term": "2026-1"}).content.decode()
    shown = [client.get(reverse("desk:visits"), {"term": key}).context["page_obj"] for key in ("", "2026-1", "1")]
    assert [len(page.object_list) for page in shown] == [1, 1, 0]


def test_who_led_a_class_of_a_former_year_looks_at_it_when_the_role_is_over(
    former: SchoolCast, client_of: SignIn
) -> None:
    """Seen: 403 from the day of the roll-over on, for the teacher who had led the class all year."""
    RoleGrant.objects.filter(user=former.homeroom, role=Role.HOMEROOM, school_class__year__is_current=True).delete()
    url = reverse("office:class", args=[former.class_one.pk])
    client = client_of(former.homeroom)
    for name in ("desk:home", "desk:visits"):
        assert url in hrefs(client.get(reverse(name)))
    page = client.get(url)
    assert [row.pupil.name for row in page.context["rows"]] == ["安可儿", "白一诺", "曹子墨", "丁小雨"]
    # Names and ticks alone: neither papers nor files are theirs any more.
    assert [link for link in hrefs(page) if link.startswith(("/my/pupils/", "/papers/", "/classes/"))] == []
    assert client.get(reverse("papers:class_summary", args=[former.class_one.pk])).status_code == 403
    assert client_of(former.mentor).get(url).status_code == 403


def test_who_led_a_class_for_a_while_and_gave_it_up_does_not_look_at_it(former: SchoolCast, client_of: SignIn) -> None:
    """Another teacher led it to the end of its year."""
    grants = RoleGrant.objects.filter(school_class=former.class_one)
    grants.update(ends_on=TODAY - datetime.timedelta(days=40))
    RoleGrant.objects.create(
        user=former.colleague,
        role=Role.HOMEROOM,
        school=former.school,
        school_class=former.class_one,
        starts_on=TODAY - datetime.timedelta(days=39),
        ends_on=TODAY - datetime.timedelta(days=1),
    )
    url = reverse("office:class", args=[former.class_one.pk])
    assert [client_of(user).get(url).status_code for user in (former.homeroom, former.colleague)] == [403, 200]
