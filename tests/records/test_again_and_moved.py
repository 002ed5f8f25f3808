"""A second equal record of any kind is asked about once; a visit that was put off has its new day."""

import datetime
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from mentors.staff.models import TrainingSession
from mentors.team.models import CaseMeeting, HandOverNote
from records.desk.models import VisitPlan
from records.models.care import Referral, TreeHoleCard
from records.models.records import HeartTalk, HomeVisit
from tests.cast import TODAY, SchoolCast
from tests.pages import tree

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]

TALK: dict[str, Any] = {"date": TODAY, "way": "face", "occasion": "everyday", "visibility": "team", "text": "聊了聊"}
VISIT: dict[str, Any] = {"date": TODAY, "way": "home", "outcome": "completed", "visibility": "team", "text": ""}


def asked(client: Client, url: str, values: dict[str, Any], kept: type[Model]) -> tuple[str, str]:
    """What the page calls the second equal record, and where the first is seen; nothing may be saved."""
    page = client.post(url, form(values))
    found = re.search("今天已经登记过一次同样的(.+?)。", page.content.decode())
    assert (page.status_code, kept._default_manager.count()) == (422, 1)
    assert [button.get("value") for button in tree(page).iter("button") if button.get("name") == "once_more"] == ["1"]
    return found[1] if found else "", page.context["form"].equal_url


def form(values: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """As a page made anew sends it."""
    return values | {"submission": uuid.uuid4(), "version": 0} | changed


@pytest.mark.parametrize(
    "name, values, kept", [("talk", TALK, HeartTalk), ("visit", VISIT, HomeVisit)], ids=["talk", "visit"]
)
def test_a_second_equal_record_of_a_day_is_asked_about_once(
    qingzhu: SchoolCast, client_of: SignIn, name: str, values: dict[str, Any], kept: type[HeartTalk | HomeVisit]
) -> None:
    """Back and 保存 made the same talk twice: the page is fetched anew, the browser puts the text back."""
    client, url = client_of(qingzhu.mentor), reverse(f"desk:{name}", args=[qingzhu.pupils[0].pk])
    assert client.post(url, form(values)).status_code == 302
    asked = client.post(url, form(values))
    page = asked.content.decode()
    what = {"talk": "谈心", "visit": "家访"}[name]
    said = f"今天已经登记过一次同样的{what}。" in page, 'name="once_more"' in page, "回去看" in page
    assert (asked.status_code, said, kept.objects.count()) == (422, (True, True, True), 1)
    assert client.post(url, form(values, once_more="1")).status_code == 302
    assert kept.objects.count() == 2


def test_another_text_another_child_and_anothers_talk_are_not_asked_about(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(qingzhu.mentor)
    urls = [reverse("desk:talk", args=[pupil.pk]) for pupil in qingzhu.pupils]
    sent = [client.post(urls[0], form(TALK)), client.post(urls[0], form(TALK, text="又聊了聊"))]
    sent.append(client.post(urls[1], form(TALK)))
    sent.append(client_of(qingzhu.homeroom).post(urls[0], form(TALK)))
    assert [answer.status_code for answer in sent] == [302] * 4


def test_a_second_equal_meeting_is_asked_about_whoever_of_the_team_wrote_the_first(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    url = reverse("meetings:new", args=[qingzhu.class_one.pk])
    values = {"date": TODAY, "topic": "适应新学期", "text": "说了说", "pupils": [qingzhu.pupils[0].pk]}
    assert client_of(qingzhu.mentor).post(url, form(values)).status_code == 302
    said, seen = asked(client_of(qingzhu.homeroom), url, values, CaseMeeting)
    first = CaseMeeting.objects.get()
    assert (said, seen) == ("小教研", reverse("meetings:detail", args=[qingzhu.class_one.pk, first.pk]))
    assert client_of(qingzhu.homeroom).post(url, form(values, text="另说了")).status_code == 302


def test_a_second_equal_training_is_asked_about_and_can_be_another_one(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """The second one was answered with the first, and its speaker and place vanished unsaid."""
    client, url = client_of(qingzhu.office), reverse("training:new")
    values = {"date": TODAY, "topic": "怎样谈心", "speaker": "秦老师"}
    assert client.post(url, values).status_code == 302
    assert asked(client, url, values | {"speaker": "宁老师"}, TrainingSession) == ("培训", reverse("training:list"))
    assert client.post(url, values | {"once_more": "1"}).status_code == 302
    assert TrainingSession.objects.count() == 2


def test_a_second_equal_referral_is_asked_about(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Two notices went to the counsellor about one child."""
    client, url = client_of(qingzhu.mentor), reverse("counsel:refer", args=[qingzhu.pupils[0].pk])
    assert client.post(url, form({"text": ""})).status_code == 302
    said, seen = asked(client, url, {"text": ""}, Referral)
    assert (said, seen) == ("转介", reverse("counsel:sent", args=[Referral.objects.get().pk]))


def test_a_second_equal_card_from_paper_is_asked_about(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, url = client_of(qingzhu.mentor), reverse("tree_hole:paper", args=[qingzhu.pupils[0].pk])
    values = {"subject": "study", "text": "想学画画 ", "wish": "talk"}
    assert client.post(url, form(values)).status_code == 302
    said, seen = asked(client, url, values, TreeHoleCard)
    assert (said, seen) == ("树洞卡", reverse("tree_hole:card", args=[TreeHoleCard.objects.get().pk]))


def test_a_second_equal_hand_over_note_is_asked_about(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client, pupil = client_of(qingzhu.mentor), qingzhu.pupils[0]
    url = reverse("handover:write", args=[pupil.pk])
    assert client.post(url, form({"text": "聊画画就好。"})).status_code == 302
    said, seen = asked(client, url, {"text": "聊画画就好。"}, HandOverNote)
    assert (said, seen) == ("交接说明", reverse("desk:pupil", args=[pupil.pk]))


def test_a_saved_visit_that_is_put_off_asks_for_its_day_and_is_planned(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Seen: 改约 on a saved visit asked for no day and made no plan; its field was there and led nowhere."""
    client, pupil = client_of(qingzhu.mentor), qingzhu.pupils[0]
    client.post(reverse("desk:visit_plan_one", args=[pupil.pk]), {"date": TODAY})
    client.post(reverse("desk:visit", args=[pupil.pk]), form(VISIT))
    visit, day = HomeVisit.objects.get(), TODAY + datetime.timedelta(days=5)
    url = reverse("desk:visit_edit", args=[visit.pk])
    changed = form(VISIT, outcome="postponed", version=visit.version)
    refused = client.post(url, changed)
    assert (refused.status_code, "请选改到哪一天" in refused.content.decode()) == (422, True)
    assert client.post(url, changed | {"moved_to": day}).status_code == 302
    plan = VisitPlan.objects.get()
    assert (plan.date, plan.state, plan.visit) == (day, "planned", None)
    # Once it is put off, its words can be changed without another day.
    visit.refresh_from_db()
    again = form(VISIT, outcome="postponed", version=visit.version, text="家长出差")
    assert client.post(url, again).status_code == 302
    plan.refresh_from_db()
    assert plan.date == day


def test_a_visit_that_was_put_off_asks_for_its_day_and_is_planned(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """改约 was saved with a green √, asked for no day and stood in no list."""
    client, pupil = client_of(qingzhu.mentor), qingzhu.pupils[0]
    url, day = reverse("desk:visit", args=[pupil.pk]), TODAY + datetime.timedelta(days=5)
    asked = client.post(url, form(VISIT, outcome="postponed"))
    assert (asked.status_code, "请选改到哪一天" in asked.content.decode()) == (422, True)
    assert client.post(url, form(VISIT, outcome="postponed", moved_to=day)).status_code == 302
    plan = VisitPlan.objects.get()
    assert (plan.pupil, plan.date, plan.state, plan.created_by) == (pupil, day, "planned", qingzhu.mentor)
    assert pupil.name in client.get(reverse("desk:visits")).content.decode()


def test_a_mentor_plans_moves_and_cancels_a_visit_of_an_own_pupil(qingzhu: SchoolCast, client_of: SignIn) -> None:
    """Only 班主任 could plan one."""
    client, pupil = client_of(qingzhu.mentor), qingzhu.pupils[0]
    day = TODAY + datetime.timedelta(days=5)
    assert (
        reverse("desk:visit_plan_one", args=[pupil.pk])
        in client.get(reverse("desk:visit", args=[pupil.pk])).content.decode()
    )
    assert client.post(reverse("desk:visit_plan_one", args=[pupil.pk]), {"date": day}).status_code == 302
    plan = VisitPlan.objects.get()
    edit = reverse("desk:visit_plan_edit", args=[plan.pk])
    assert edit in client.get(reverse("desk:visits")).content.decode()
    moved = client.post(edit, {"date": day + datetime.timedelta(days=1)})
    assert moved.headers["Location"] == reverse("desk:visits")
    client.post(reverse("desk:visit_plan_cancel", args=[plan.pk]))
    plan.refresh_from_db()
    assert (plan.date, plan.state) == (day + datetime.timedelta(days=1), "cancelled")
    stranger = reverse("desk:visit_plan_one", args=[qingzhu.pupil_of_colleague.pk])
    assert client.post(stranger, {"date": day}).status_code == 403
