"""提醒这几位导师: from a list of what is open, once a day and person, in words that stay in the house."""

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentors.board.services.supporting import add_supporting
from notices.models import Notice, OutboxMessage
from records.models.records import Tick
from records.reminding.models import Reminder, ReminderPause
from records.reminding.queries.nudge import OpenList
from records.reminding.services.nudging import send_nudges
from records.reminding.services.sending import send_digests
from tests.cast import TODAY, SchoolCast
from tests.pages import fields, text, tree
from tests.records.builders import letter, partner_of, talk, visit_everybody

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
WRITE, SEND, PUPILS = reverse("reminding:nudge"), reverse("reminding:send_nudges"), reverse("office:pupils")
TALKS = "还有 {} 位同学没有谈心（11月25日前）"


@pytest.fixture
def office(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> Client:
    visit_everybody(qingzhu)
    return client_of(qingzhu.office)


def told() -> dict[str, str]:
    """What each person has been told by hand."""
    return {notice.recipient.name: notice.body for notice in Notice.objects.filter(kind="nudge").order_by("pk")}


def people(answer: object) -> tuple[list[str], list[str], list[str]]:
    """Who will be told, who will not, and who has no account, as the page says."""
    nudge = answer.context["nudge"]  # type: ignore[attr-defined]  # an answer of the test client
    will, will_not = ([person.user.name for person in part] for part in (nudge.people, nudge.left_out))
    return will, will_not, list(nudge.without_account)


def test_a_list_of_what_is_open_reminds_its_mentors_with_an_own_sentence(office: Client, qingzhu: SchoolCast) -> None:
    """273 children had nothing done, and the page could only show them."""
    page = office.get(PUPILS, {"show": "talk"})
    assert "提醒这 4 位导师" in page.content.decode()
    asked = {"show": "talk", "place": "", "term": "1"}
    assert people(office.post(WRITE, asked)) == (["林小满", "苏禾", "陶然"], [], ["石磊"])
    assert Notice.objects.filter(kind="nudge").count() == 0
    answer = office.post(SEND, asked | {"message": "安可儿的家长等着回话，请这周约好。"}, follow=True)
    assert answer.redirect_chain == [(f"{PUPILS}?show=talk&term=1", 302)]
    assert "已提醒 3 位导师。" in answer.content.decode()
    words = "“安可儿的家长等着回话，请这周约好。”\n· "
    assert told() == {
        "林小满": words + TALKS.format(2),
        "苏禾": words + TALKS.format(1),
        "陶然": words + TALKS.format(1),
    }
    notice = Notice.objects.get(recipient=qingzhu.mentor, kind="nudge")
    assert (notice.title, notice.link) == ("德育室提醒您：2 条待办", "/my/")
    mail = OutboxMessage.objects.get(notice=notice)
    assert (mail.subject, "安可儿" in mail.body + mail.subject) == ("【全员导师制】您有 2 条待办", False)
    entry = AuditEntry.objects.get(verb="remind_mentors")
    assert entry.detail == {"people": 3, "show": "talk", "term": "1", "own_words": True}


def test_nobody_is_told_twice_on_a_day_and_the_page_says_so(office: Client, qingzhu: SchoolCast) -> None:
    office.post(SEND, {"show": "talk", "place": f"c{qingzhu.class_five.pk}"})
    assert list(told()) == ["陶然"]
    assert people(office.post(WRITE, {"show": "talk"})) == (["林小满", "苏禾"], ["陶然"], ["石磊"])
    answer = office.post(SEND, {"show": "talk"}, follow=True)
    assert "已提醒 2 位导师。陶然今天已经提醒过。" in answer.content.decode()
    assert list(told()) == ["陶然", "林小满", "苏禾"]
    # The digest of the day is another thing.
    assert len(list(send_digests(on=TODAY, schools=[qingzhu.school]))) == 3
    assert Reminder.objects.filter(key="nudge:2026-11-18").count() == 3


def test_whoever_has_nothing_open_in_the_list_gets_nothing(office: Client, qingzhu: SchoolCast) -> None:
    talk(qingzhu, qingzhu.mentor, *qingzhu.pupils)
    talk(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    assert people(office.post(WRITE, {"show": "talk"})) == (["陶然"], [], ["石磊"])
    talk(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    assert "没有要提醒的导师" in office.post(WRITE, {"show": "talk"}).content.decode()
    answer = office.post(SEND, {"show": "talk"})
    assert (answer.status_code, told()) == (422, {})


def test_chosen_rows_are_asked_of_the_database_again(office: Client, qingzhu: SchoolCast, other: SchoolCast) -> None:
    chosen = [qingzhu.pupil_of_colleague.pk, other.pupils[0].pk, "x"]
    assert people(office.post(WRITE, {"show": "talk", "pick": chosen})) == (["苏禾"], [], [])
    office.post(SEND, {"show": "talk", "pick": chosen})
    assert told() == {"苏禾": "· " + TALKS.format(1)}
    # Boxes of which none is a pupil of the school's are nobody.
    assert people(office.post(WRITE, {"show": "talk", "pick": [other.pupils[0].pk]})) == ([], [], [])


def test_a_class_and_a_mentor_remind_their_own(office: Client, qingzhu: SchoolCast) -> None:
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    pages = {
        reverse("office:class", args=[qingzhu.class_one.pk]): ("2", f"c{qingzhu.class_one.pk}", ["林小满", "苏禾"]),
        reverse("office:mentor", args=[qingzhu.slot.pk]): ("1", "", ["林小满"]),
    }
    for address, (count, place, names) in pages.items():
        page = office.get(address, {"show": "talk"})
        (form,) = (form for form in tree(page).iter("form") if form.get("action") == WRITE)
        assert text(form) == f"提醒这 {count} 位导师"
        sent = {name: values[0] for name, values in fields(form).items() if name != "press"}
        assert (sent.get("place", ""), sent["back"]) == (place, f"{address}?show=talk")
        assert people(office.post(WRITE, sent))[0] == names
    answer = office.post(SEND, {"show": "talk", "mentor": qingzhu.slot.pk, "back": address})
    assert (answer["Location"], list(told())) == (address, ["林小满"])


def test_the_list_of_letters_reminds_those_who_have_not_handed_in(office: Client, qingzhu: SchoolCast) -> None:
    for pupil in qingzhu.pupils:
        letter(qingzhu, qingzhu.mentor, pupil)
    asked = {"state": "missing", "place": f"c{qingzhu.class_one.pk}"}
    page = office.get(reverse("office:letters"), asked)
    (form,) = (form for form in tree(page).iter("form") if form.get("action") == WRITE)
    assert text(form) == "提醒这 1 位导师"
    sent = {name: values[0] for name, values in fields(form).items() if name != "press"}
    office.post(SEND, sent)
    assert told() == {"苏禾": "· 还有 1 位同学的成长寄语没有交（2027年1月22日前）"}
    assert WRITE not in office.get(reverse("office:letters"), {"state": "handed_in"}).content.decode()


def test_the_button_stands_where_something_is_open_and_for_the_office_alone(
    office: Client, qingzhu: SchoolCast, client_of: SignIn
) -> None:
    shown = {show: WRITE in office.get(PUPILS, {"show": show}).content.decode() for show in ("", "talk", "no_mentor")}
    assert shown == {"": False, "talk": True, "no_mentor": False}
    assert WRITE not in client_of(qingzhu.leader).get(PUPILS, {"show": "talk"}).content.decode()


def test_what_is_over_and_what_is_still_to_come_is_said_as_such(office: Client, qingzhu: SchoolCast) -> None:
    Tick.objects.filter(action="visit").delete()
    partner_of(qingzhu)
    office.post(SEND, {"show": "none", "place": f"c{qingzhu.class_five.pk}"})
    letters = "还有 1 位同学的成长寄语没有交（2027年1月22日前）"
    body = f"· {TALKS.format(1)}\n· {letters}\n· 已过期仍未完成：家访 1 位"
    assert told() == {"陶然": body, "石磊": body}


def test_who_is_on_leave_is_not_told_and_while_all_is_paused_nobody(office: Client, qingzhu: SchoolCast) -> None:
    ReminderPause.objects.create(school=qingzhu.school, user=qingzhu.mentor, starts_on=TODAY, ends_on=TODAY)
    assert people(office.post(WRITE, {"show": "talk"})) == (["苏禾", "陶然"], ["林小满"], ["石磊"])
    ReminderPause.objects.create(school=qingzhu.school, starts_on=TODAY, ends_on=TODAY)
    for address in (WRITE, SEND):
        answer = office.post(address, {"show": "talk"})
        assert (answer.status_code, "提醒现在全部暂停" in answer.content.decode()) == (409, True)
    assert told() == {}


@pytest.mark.parametrize(
    "sent", [{"show": "everything"}, {"show": "talk", "place": "c999999"}, {"show": "talk", "place": "g1;"}]
)
def test_a_list_that_is_not_understood_reminds_nobody(sent: dict[str, str], office: Client) -> None:
    """On a page a wrong filter falls back to the whole school; here it would have told everybody."""
    assert office.post(SEND, sent).status_code == 409
    assert told() == {}


def test_a_long_sentence_is_refused_at_its_field_and_kept(office: Client) -> None:
    answer = office.post(SEND, {"show": "talk", "message": "长" * 201})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["message"])
    assert "长" * 201 in text(tree(answer))
    assert told() == {}


@pytest.mark.parametrize("back", ["https://elsewhere.invalid/", "//elsewhere.invalid/", ""])
def test_the_way_back_leads_to_no_other_site(back: str, office: Client) -> None:
    answer = office.post(SEND, {"show": "talk", "back": back})
    assert answer["Location"] == f"{PUPILS}?show=talk&term=1"


def test_the_service_asks_who_and_how_long(qingzhu: SchoolCast) -> None:
    for user, words, code in ((qingzhu.leader, "", "not_allowed"), (qingzhu.office, "长" * 201, "words_too_long")):
        actor = qingzhu.actor(user)
        with pytest.raises(DomainError) as refused:
            send_nudges(actor=actor, calendar=actor.calendar.now, wanted=OpenList(show="talk"), words=words)
        assert refused.value.code == code
    assert datetime.date(2026, 11, 18) == TODAY
