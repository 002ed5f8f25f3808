"""代理: whoever acts for a mentor on leave has the pupils of that slot in these days, and the holder keeps them."""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import AuditEntry, RoleGrant, User
from accounts.queries import actor_for
from accounts.services import act_for
from core.errors import DomainError
from mentors.models.slots import Assignment
from records.desk.models import LetterReply
from records.desk.queries.roster import find_desk
from records.desk.services.notes import TalkData, log_talk
from records.letters.services.replies import reply_to_letter
from records.models.records import HeartTalk
from records.querysets.records import pupils_in_reach, pupils_to_record
from records.rules import can_write_letter
from schools.enums import NoteVisibility
from schools.models import SchoolYear
from tests.cast import TODAY, SchoolCast
from tests.pages import text, tree
from tests.records.builders import letter, partner_of, released_letter, talk, term_of

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], Client]
DAY = datetime.timedelta(days=1)


def stands_in(cast: SchoolCast, user: User, *, first: int = 0, last: int = 3, of: User | None = None) -> RoleGrant:
    """`user` acts for the mentor from `first` to `last`, counted from today."""
    grant = RoleGrant.objects.get(user=of or cast.mentor, role=Role.MENTOR, acting_for=None)
    admin = cast.actor(cast.admin)
    return act_for(actor=admin, grant=grant, user=user, starts_on=TODAY + first * DAY, ends_on=TODAY + last * DAY)


def on_day(user: User, day: int) -> Actor:
    return actor_for(user, scope_key=None, on=TODAY + day * DAY)


def names(actor: Actor, year: SchoolYear) -> list[str]:
    return sorted(pupils_to_record(actor, year).values_list("name", flat=True))


def test_the_pupils_are_there_in_these_days_and_go_by_themselves(qingzhu: SchoolCast) -> None:
    """A mentor on leave left fifteen children to nobody: 代理 was refused for 导师."""
    stands_in(qingzhu, qingzhu.colleague, first=1, last=2)
    assert [names(on_day(qingzhu.colleague, day), qingzhu.year) for day in range(4)] == [
        ["曹子墨"],
        *[["安可儿", "曹子墨", "白一诺"]] * 2,
        ["曹子墨"],
    ]
    assert names(qingzhu.actor(qingzhu.mentor), qingzhu.year) == ["安可儿", "白一诺"]
    assert AuditEntry.objects.get(verb="act_for").detail == {"role": "mentor", "class": None, "for": qingzhu.mentor.pk}


def test_they_log_under_their_own_name_and_know_of_what_the_mentor_knows(qingzhu: SchoolCast) -> None:
    noted = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    hidden = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[1], visibility=NoteVisibility.AUTHOR)
    stands_in(qingzhu, qingzhu.colleague)
    deputy, later = qingzhu.actor(qingzhu.colleague), on_day(qingzhu.colleague, 4)
    data = TalkData(date=TODAY, visibility=NoteVisibility.TEAM, text="走廊里聊了几句。")
    first = qingzhu.pupils[0]
    written = log_talk(actor=deputy, pupils=[first], term=term_of(qingzhu), data=data, submission=uuid.uuid4())

    assert (written.created_by, set(HeartTalk.objects.visible_to(deputy))) == (
        *(qingzhu.colleague, {noted, hidden, written}),
    )
    # What they wrote stays theirs; what was there before goes with the acting.
    assert set(HeartTalk.objects.visible_to(later)) == {written}
    assert not pupils_in_reach(later).filter(pk=first.pk).exists()


def test_letters_and_replies_of_the_slot_are_theirs_to_work_on(qingzhu: SchoolCast) -> None:
    out = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    reply = reply_to_letter(letter=out, text="谢谢老师。")
    stands_in(qingzhu, qingzhu.colleague)
    deputy, later = qingzhu.actor(qingzhu.colleague), on_day(qingzhu.colleague, 4)
    written = letter(qingzhu, qingzhu.colleague, qingzhu.pupils[1])

    assert (written.mentor, can_write_letter(deputy, out), can_write_letter(later, out)) == (qingzhu.slot, True, False)
    assert [list(LetterReply.objects.visible_to(actor)) for actor in (deputy, later)] == [[reply], []]


def test_former_years_stay_the_mentors_own(qingzhu: SchoolCast) -> None:
    stands_in(qingzhu, qingzhu.colleague)
    held = Assignment.objects.held_by(qingzhu.actor(qingzhu.colleague)).order_by("pk")
    before = list(held.values_list("pupil__name", flat=True))
    SchoolYear.objects.filter(pk=qingzhu.year.pk).update(is_current=False)
    assert (before, list(held.all().values_list("pupil__name", flat=True))) == (
        *(["安可儿", "白一诺", "曹子墨"], ["曹子墨"]),
    )


def test_who_shares_the_slot_meets_each_pupil_once(qingzhu: SchoolCast) -> None:
    partner = partner_of(qingzhu)
    stands_in(qingzhu, partner, of=qingzhu.sharer)
    assert Assignment.objects.held_by(qingzhu.actor(partner)).count() == 1


def test_the_desk_says_in_whose_place_and_until_when(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    stands_in(qingzhu, qingzhu.colleague)
    client = client_of(qingzhu.colleague)

    def desk(slot: int | None = None) -> str:
        return text(tree(client.get(reverse("desk:home"), {"slot": slot} if slot else {})))

    own, theirs = desk(), desk(qingzhu.slot.pk)
    assert ("代 林小满 老师" in own, "曹子墨" in own, "安可儿" in own) == (True, True, False)
    assert "您代 林小满 老师带这些同学，到11月21日（周六）（含）。登记的内容记在您的名下。" in theirs
    assert ("安可儿" in theirs, "曹子墨" in theirs) == (True, False)
    # A slot for whose mentor they do not act is no way in.
    foreign = desk(qingzhu.slot_shared.pk)
    assert ("范思齐" in foreign, "曹子墨" in foreign) == (False, True)


def test_a_saved_talk_gives_back_the_row_of_the_mentor_on_leave(qingzhu: SchoolCast) -> None:
    stands_in(qingzhu, qingzhu.colleague)
    deputy = qingzhu.actor(qingzhu.colleague)
    desk = find_desk(deputy, deputy.calendar.now, pupil=qingzhu.pupils[0])
    assert desk is not None
    label = desk.acting.label if desk.acting is not None else ""
    assert ([row.pupil.name for row in desk.rows], label) == (["安可儿", "白一诺"], "代 林小满 老师")


def test_who_has_no_pupils_of_their_own_starts_at_those_of_the_mentor(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    stands_in(qingzhu, qingzhu.leader)
    page = client_of(qingzhu.leader).get(reverse("home"))
    assert (page.wsgi_request.path, "安可儿" in text(tree(page))) == (reverse("desk:home"), True)


def test_the_desk_costs_one_query_more_for_who_acts(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    client = client_of(qingzhu.colleague)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get(reverse("desk:home"))
        counts.append(len(asked))
        stands_in(qingzhu, qingzhu.colleague)
    assert counts[1] - counts[0] == 1


def test_the_same_again_changes_nothing_and_another_schools_account_is_refused(
    qingzhu: SchoolCast, other: SchoolCast
) -> None:
    once, again = (stands_in(qingzhu, qingzhu.colleague) for _ in range(2))
    codes = []
    for user, first in ((other.mentor, 0), (qingzhu.colleague, 1)):
        with pytest.raises(DomainError) as refused:
            stands_in(qingzhu, user, first=first)
        codes.append(refused.value.code)
    assert (once.pk == again.pk, codes) == (True, ["other_school", "acts_already"])
