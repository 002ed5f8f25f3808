"""德育室's pages 提醒: what comes, what went out, the rules, and when nobody is told."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentorship import settings as product
from records.reminding.contexts import SENDS_AT
from records.reminding.models import ReminderPause, ReminderRule, ReminderSettings
from records.reminding.queries.digests import plan_digests
from records.reminding.services.rules import end_pause, pause_reminders, save_reminder_rules
from records.reminding.services.sending import send_digests
from schools.enums import ActionKind
from tests.cast import TODAY, EnrolmentFactory, SchoolCast
from tests.pages import by_class, text, tree
from tests.records.builders import visit_everybody

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
DAY = datetime.timedelta(days=1)
HOME, SENT, RULES, PAUSES = (reverse(f"reminding:{name}") for name in ("home", "sent", "rules", "pauses"))


@pytest.fixture
def office(qingzhu: SchoolCast, client_of: SignIn) -> Client:
    visit_everybody(qingzhu)
    return client_of(qingzhu.office)


def lines(client: Client, address: str, name: str = "rows") -> list[str]:
    """The lines of the first list of a page."""
    return [text(line) for line in by_class(tree(client.get(address)), name)[0].iter("li")]


def test_the_clock_of_the_page_is_that_of_the_task() -> None:
    when = product.CELERY_BEAT_SCHEDULE["remind"]["schedule"]
    assert (when.hour, when.minute) == ({SENDS_AT.hour}, {SENDS_AT.minute})


def test_the_next_days_are_told_with_how_many_and_of_what(office: Client) -> None:
    """Nobody could see before it went whom a reminder would reach."""
    assert lines(office, HOME) == [
        "11月19日（周四）：3 人谈心（11月25日前）：3 人",
        "11月23日（周一）：3 人谈心（11月25日前）：3 人",
    ]


def test_a_day_leads_to_who_is_told_what_in_which_words(office: Client, qingzhu: SchoolCast) -> None:
    page = tree(office.get(reverse("reminding:day", args=["2026-11-23"])))
    rows = [[text(cell) for cell in row] for row in page.iter("tr")][1:]
    due = "（11月25日前）"
    assert rows == [
        ["林小满", f"您有 2 条待办· 还有 2 位同学没有谈心{due}"],
        ["苏禾", f"您有 1 条待办· 还有 1 位同学没有谈心{due}"],
        ["陶然", f"您有 1 条待办· 还有 1 位同学没有谈心{due}"],
    ]
    assert [digest.user.name for digest in plan_digests(qingzhu.school, on=datetime.date(2026, 11, 23))] == [
        row[0] for row in rows
    ]
    assert "这一天没有提醒" in office.get(reverse("reminding:day", args=["2026-11-20"])).content.decode()
    assert office.get(reverse("reminding:day", args=["today"])).status_code == 404


def test_the_windows_of_the_plan_stand_with_their_days(office: Client) -> None:
    page = office.get(HOME)
    windows = [
        (row.label, f"{row.window.opens_on:%m%d}-{row.window.due_on:%m%d}", [f"{day:%m%d}" for day in row.points])
        for row in page.context["windows"]
    ]
    assert windows[:3] == [
        ("谈心", "1026-1125", ["1026", "1118", "1123"]),
        ("谈心", "1228-0122", ["1228", "0115", "0120"]),
        ("成长寄语", "0101-0122", ["0101", "0115", "0120"]),
    ]


def test_what_went_out_stands_by_day_with_its_words_and_whether_it_was_opened(
    office: Client, qingzhu: SchoolCast, client_of: SignIn
) -> None:
    assert "还没有发出过提醒" in office.get(SENT).content.decode()
    list(send_digests(on=TODAY, schools=[qingzhu.school]))
    list(send_digests(on=TODAY + 5 * DAY, schools=[qingzhu.school]))
    client_of(qingzhu.mentor).get(reverse("notices:open", args=[qingzhu.mentor.notices.latest("pk").pk]))
    assert lines(office, SENT) == [
        "11月23日（周一）：定时提醒 3 人1 人打开过",
        "11月18日（周三）：定时提醒 3 人0 人打开过",
    ]
    address = reverse("reminding:sent_day", args=["2026-11-23"])
    rows = [[text(cell) for cell in row] for row in tree(office.get(address)).iter("tr")][1:]
    assert [(row[0], row[1], row[3] == "没有打开") for row in rows] == [
        ("林小满", "11月23日（周一）：您有 2 条待办· 还有 2 位同学没有谈心（11月25日前）", False),
        ("苏禾", "11月23日（周一）：您有 1 条待办· 还有 1 位同学没有谈心（11月25日前）", True),
        ("陶然", "11月23日（周一）：您有 1 条待办· 还有 1 位同学没有谈心（11月25日前）", True),
    ]
    found = [office.get(f"{address}?{asked}").context["page_obj"] for asked in ("unread=on", "name=苏", "name=x")]
    assert [[notice.recipient.name for notice in page] for page in found] == [["苏禾", "陶然"], ["苏禾"], []]


def test_pages_cost_the_same_for_one_person_and_for_many(
    office: Client, qingzhu: SchoolCast, django_assert_num_queries: Any
) -> None:
    from mentors.enums import AssignmentOrigin  # noqa: PLC0415  # only here
    from mentors.services.assignments import assign_pupil  # noqa: PLC0415  # only here

    list(send_digests(on=TODAY - DAY, schools=[qingzhu.school]))
    addresses = {
        HOME: 17,
        reverse("reminding:day", args=["2026-11-23"]): 16,
        SENT: 6,
        reverse("reminding:sent_day", args=["2026-11-17"]): 6,
        RULES: 9,
        PAUSES: 7,
    }
    office.get(HOME)
    for n in range(2):
        for address, count in addresses.items():
            with django_assert_num_queries(count):
                office.get(address)
        if n == 0:
            for _ in range(3):
                pupil = EnrolmentFactory.create(school_class=qingzhu.class_one).pupil
                assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot, origin=AssignmentOrigin.HOMEROOM)
            for day in (TODAY + 9 * DAY, TODAY + 10 * DAY):
                pause_reminders(actor=qingzhu.actor(qingzhu.office), user=qingzhu.sharer, starts_on=day, ends_on=day)


# --- Rules -----------------------------------------------------------------------------------------------------------
def typed(**changes: str) -> dict[str, str]:
    """The form of the rules as it stands, but for `changes`; an empty one is not ticked or not filled in."""
    as_it_stands = {
        f"{action}_{name}": value
        for action in ("visit", "talk", "letter")
        for name, value in {
            "is_on": "on",
            "first_day": "on",
            "early": "7",
            "late": "2",
            "when_over": "on",
            "to_mentors": "on",
        }.items()
    }
    return {name: value for name, value in ({"school_days_only": "on"} | as_it_stands | changes).items() if value}


def test_the_form_shows_what_holds_and_saving_it_unchanged_is_nothing(office: Client) -> None:
    form = office.get(RULES).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    assert {name: "on" if value is True else str(value or "") for name, value in shown.items()} == {
        name: typed().get(name, "") for name in form.fields
    }
    assert office.post(RULES, typed()).status_code == 302
    assert (ReminderRule.objects.count(), AuditEntry.objects.filter(verb="change_reminders").count()) == (0, 0)


def test_a_rule_is_kept_and_the_coming_days_follow(office: Client) -> None:
    changes = {"talk_early": "", "talk_late": "1", "talk_to_homeroom": "on", "school_days_only": ""}
    answer = office.post(RULES, typed(**changes), follow=True)
    assert "提醒规则已保存" in answer.content.decode()
    row = ReminderRule.objects.get()
    assert (row.action, row.early_days, row.late_days, row.to_homeroom) == ("talk", 1, None, True)
    assert ReminderSettings.objects.get().school_days_only is False
    assert AuditEntry.objects.get(verb="change_reminders").detail == {"changed": ["talk", "days"]}
    assert lines(office, HOME) == [
        "11月19日（周四）：4 人谈心（11月25日前）：4 人",
        "11月24日（周二）：4 人谈心（11月25日前）：4 人",
    ]


@pytest.mark.parametrize(
    "changes,field",
    [
        ({"talk_early": "2"}, "talk_late"),
        ({"visit_early": "61"}, "visit_early"),
        ({"letter_late": "-1"}, "letter_late"),
        ({"letter_to_mentors": ""}, "letter_to_mentors"),
    ],
)
def test_rules_that_cannot_be_are_refused_at_their_field(changes: dict[str, str], field: str, office: Client) -> None:
    answer = office.post(RULES, typed(**changes))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert ReminderRule.objects.count() == 0


def test_the_service_asks_again(qingzhu: SchoolCast) -> None:
    from records.reminding.contexts import ActionRule  # noqa: PLC0415  # only here

    unfit = {
        "points_unfit": ActionRule(days_before=(2, 7)),
        "nobody_told": ActionRule(to_mentors=False),
    }
    for code, rule in unfit.items():
        with pytest.raises(DomainError) as refused:
            save_reminder_rules(
                actor=qingzhu.actor(qingzhu.office), rules={ActionKind.TALK: rule}, school_days_only=True
            )
        assert refused.value.code == code
    with pytest.raises(DomainError) as refused:
        save_reminder_rules(actor=qingzhu.actor(qingzhu.leader), rules={}, school_days_only=False)
    assert refused.value.code == "not_allowed"


# --- Pauses ----------------------------------------------------------------------------------------------------------
def test_somebody_on_leave_is_left_out_until_the_office_says_otherwise(office: Client, qingzhu: SchoolCast) -> None:
    answer = office.post(
        PAUSES,
        {"user": qingzhu.mentor.pk, "starts_on": "2026-11-18", "ends_on": "2026-11-20", "reason": "产假"},
        follow=True,
    )
    assert "林小满：11月18日—11月20日 产假" in lines(office, PAUSES)[0]
    assert answer.status_code == 200
    assert lines(office, HOME) == [
        "11月19日（周四）：2 人谈心（11月25日前）：2 人",
        "11月23日（周一）：3 人谈心（11月25日前）：3 人",
    ]
    office.post(reverse("reminding:end_pause", args=[ReminderPause.objects.get().pk]))
    assert lines(office, HOME)[0] == "11月19日（周四）：3 人谈心（11月25日前）：3 人"
    assert list(AuditEntry.objects.filter(verb__contains="pause").order_by("pk").values_list("verb", flat=True)) == [
        "pause_reminders",
        "end_pause",
    ]


def test_everybody_is_left_alone_while_all_is_paused(office: Client) -> None:
    office.post(PAUSES, {"user": "", "starts_on": "2026-11-18", "ends_on": "2026-11-22"})
    page = office.get(HOME)
    assert "提醒全部暂停，到 11月22日 为止" in page.content.decode()
    assert [(found.day.day, found.people) for found in page.context["days"]] == [(23, 3)]


def test_a_pause_that_has_begun_ends_yesterday_and_a_later_one_is_gone(qingzhu: SchoolCast) -> None:
    actor = qingzhu.actor(qingzhu.office)
    later = pause_reminders(actor=actor, user=qingzhu.mentor, starts_on=TODAY + DAY, ends_on=TODAY + 2 * DAY)
    begun = ReminderPause.objects.create(
        school=qingzhu.school, user=qingzhu.mentor, starts_on=TODAY - 2 * DAY, ends_on=TODAY + DAY
    )
    end_pause(actor=actor, pause=later)
    end_pause(actor=actor, pause=begun)
    assert [(row.pk, row.ends_on) for row in ReminderPause.objects.all()] == [(begun.pk, TODAY - DAY)]


@pytest.mark.parametrize(
    "changes,code",
    [
        ({"ends_on": TODAY}, "ends_before"),
        ({"starts_on": TODAY - DAY}, "date_out_of_range"),
        ({"ends_on": datetime.date(2029, 1, 1)}, "date_out_of_range"),
        ({"reason": "长" * 61}, "reason_too_long"),
    ],
)
def test_a_pause_that_cannot_be_is_refused(changes: dict[str, Any], code: str, qingzhu: SchoolCast) -> None:
    asked: dict[str, Any] = {"user": qingzhu.mentor, "starts_on": TODAY + DAY, "ends_on": TODAY + DAY, "reason": ""}
    with pytest.raises(DomainError) as refused:
        pause_reminders(actor=qingzhu.actor(qingzhu.office), **asked | changes)
    assert (refused.value.code, ReminderPause.objects.count()) == (code, 0)


def test_people_and_pauses_of_another_school_are_out_of_reach(qingzhu: SchoolCast, other: SchoolCast) -> None:
    pause = pause_reminders(actor=other.actor(other.office), user=None, starts_on=TODAY, ends_on=TODAY)
    for act in (
        lambda: end_pause(actor=qingzhu.actor(qingzhu.office), pause=pause),
        lambda: pause_reminders(actor=qingzhu.actor(qingzhu.office), user=other.mentor, starts_on=TODAY, ends_on=TODAY),
    ):
        with pytest.raises(DomainError) as refused:
            act()
        assert refused.value.code == "other_school"
    assert ReminderPause.objects.visible_to(other.actor(other.leader)).count() == 0
