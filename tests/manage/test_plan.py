"""The plan 一校一策: read by everybody, changed by the admin, with every version kept."""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse, reverse_lazy
from pytest_django import DjangoAssertNumQueries

from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentors.board.services.supporting import add_supporting
from mentors.models.slots import Mentor
from records.desk.services.notes import VisitData, log_visit
from records.models.records import Tick
from records.office.services import PlanChange, change_plan, take_back_plan, unchanged
from records.services.ticks import rebuild_ticks
from schools.calendar import YearCalendar
from schools.contexts import WindowRule
from schools.enums import ActionKind, Anchor, MatchingMode, NoteVisibility, PeriodKind, Preset, VisitOutcome
from schools.models import Grade, Plan, PlanAction, School
from schools.services import create_school
from tests.cast import TODAY, SchoolCast
from tests.pages import by_class, fields, text, tree
from tests.plans import with_rule

SignIn = Callable[[User], Client]
#: What a browser sends.
Typed = dict[str, Any]


def grade(cast: SchoolCast, number: int) -> Grade:
    return Grade.objects.get(school=cast.school, number=number)


def change(cast: SchoolCast, *rules: tuple[ActionKind, dict[str, Any]], **changes: Any) -> PlanChange:
    """The plan as it is, effective today, but for `changes`, and for those of some rules."""
    present = unchanged(YearCalendar(cast.year, TODAY).versions[0], effective_from=TODAY)
    for action, asked in rules:
        present = replace(present, actions=with_rule(present.actions, action, **asked))
    return replace(present, **changes)


#: A visit counts only where it took place.
DONE_ONLY = (ActionKind.VISIT, {"accepted_outcomes": frozenset(["completed"])})


def save(
    cast: SchoolCast, *rules: tuple[ActionKind, dict[str, Any]], user: User | None = None, seen: int = 1, **changes: Any
) -> Plan:
    actor = cast.actor(user or cast.admin)
    return change_plan(actor=actor, year=cast.year, seen_version=seen, change=change(cast, *rules, **changes))


def declined_visit(cast: SchoolCast) -> None:
    """A visit that the family declined in the first term; the first version counts it."""
    log_visit(
        actor=cast.actor(cast.mentor),
        pupil=cast.pupils[0],
        term=cast.year.terms.get(number=1),
        data=VisitData(datetime.date(2026, 9, 10), NoteVisibility.TEAM, outcome=VisitOutcome.DECLINED),
        teachers=[cast.mentor.teacher],
        submission=uuid.uuid4(),
    )


# --- Saving -----------------------------------------------------------------------------------------------------------
def test_a_change_is_a_new_version_and_the_former_one_stays(qingzhu: SchoolCast) -> None:
    before = Plan.objects.get(year=qingzhu.year)
    covered = frozenset({grade(qingzhu, 1).pk, grade(qingzhu, 2).pk})
    plan = save(
        qingzhu,
        (ActionKind.TALK, {"count": 2}),
        (ActionKind.VISIT, {"period": PeriodKind.YEAR, "windows": (WindowRule(Anchor.TERM_START, -28, 7),)}),
        *((action, {"grade_ids": covered}) for action in ActionKind if action != ActionKind.CARD),
        cap=16,
        letter_label="成长激励卡",
        matching={grade(qingzhu, 1).pk: MatchingMode.HOMEROOM, grade(qingzhu, 2).pk: MatchingMode.CLUB},
    )
    versions = Plan.objects.filter(year=qingzhu.year).order_by("version")
    assert [(p.version, p.cap, p.letter_label, p.effective_from) for p in versions] == [
        (1, 15, "成长寄语", before.effective_from),
        (2, 16, "成长激励卡", TODAY),
    ]
    rules = YearCalendar(qingzhu.year, TODAY).plan_on(TODAY)
    former = YearCalendar(qingzhu.year, TODAY).plan_on(TODAY - datetime.timedelta(days=1))
    assert rules is not None
    assert former is not None
    (visit,), (talk,), (card,) = (rules.of(kind) for kind in (ActionKind.VISIT, ActionKind.TALK, ActionKind.CARD))
    assert (visit.period, visit.windows) == (PeriodKind.YEAR, (WindowRule(Anchor.TERM_START, -28, 7),))
    assert (talk.count, talk.windows) == (2, (WindowRule(Anchor.EXAMS, -14, 14),))
    assert visit.grade_ids == covered
    assert card.grade_ids == {grade(qingzhu, number).pk for number in (1, 3, 5)}
    assert (former.plan.pk, former.plan.cap) == (before.pk, 15)
    entry = AuditEntry.objects.get(verb="change_plan")
    assert (entry.user_id, entry.target_id, entry.detail) == (
        qingzhu.admin.pk,
        plan.pk,
        {"version": 2, "cap": 16, "ticks": 0},
    )


def test_a_change_of_the_cap_reaches_the_mentors(qingzhu: SchoolCast) -> None:
    save(qingzhu, cap=10)
    assert sorted(Mentor.objects.filter(year=qingzhu.year).values_list("capacity", flat=True)) == [10, 10, 10, 20]


def test_a_change_rebuilds_the_ticks(qingzhu: SchoolCast) -> None:
    declined_visit(qingzhu)
    assert [(t.action, t.state) for t in Tick.objects.all()] == [("visit", "done")]
    save(qingzhu, DONE_ONLY)
    assert [(t.action, t.state) for t in Tick.objects.all()] == [("visit", "planned")]
    assert rebuild_ticks(year=qingzhu.year, on=TODAY, check=True) == []


def test_the_settings_of_shared_and_supporting_mentors_are_saved_and_followed(qingzhu: SchoolCast) -> None:
    add_supporting(actor=qingzhu.actor(qingzhu.office), pupil=qingzhu.pupils[0], mentor=qingzhu.slot_colleague)
    plan = save(qingzhu, supporting_counts=True, supporting_owes=True, shared_counts_once=True)
    assert (plan.supporting_counts, plan.supporting_owes, plan.shared_counts_once) == (True, True, True)
    assert sorted(Mentor.objects.filter(year=qingzhu.year).values_list("capacity", "load")) == [
        (15, 0),
        (15, 1),
        (15, 2),
        (15, 2),
    ]
    plan = save(qingzhu, seen=2)
    assert (plan.supporting_counts, plan.supporting_owes, plan.shared_counts_once) == (False, False, False)
    assert sorted(Mentor.objects.filter(year=qingzhu.year).values_list("capacity", "load")) == [
        (15, 0),
        (15, 1),
        (15, 2),
        (30, 1),
    ]


def test_both_presets_leave_the_settings_off(qingzhu: SchoolCast) -> None:
    create_school(
        code="jiangcheng",
        name="江城一中",
        preset=Preset.SENIOR_YEARLY,
        start_year=2026,
        bureau_name="江城市教育局",
    )
    assert sorted(Plan.objects.values_list("preset", "supporting_counts", "supporting_owes", "shared_counts_once")) == [
        (Preset.PRIMARY_TERMLY, False, False, False),
        (Preset.SENIOR_YEARLY, False, False, False),
    ]


def test_a_version_that_begins_later_leaves_today_as_it_is(qingzhu: SchoolCast) -> None:
    declined_visit(qingzhu)
    save(qingzhu, DONE_ONLY, cap=10, effective_from=datetime.date(2027, 2, 1))
    assert [t.state for t in Tick.objects.all()] == ["done"]
    assert set(Mentor.objects.filter(year=qingzhu.year).values_list("capacity", flat=True)) == {15, 30}


def test_a_cap_that_is_too_low_saves_nothing_at_all(qingzhu: SchoolCast) -> None:
    declined_visit(qingzhu)
    with pytest.raises(DomainError) as refused:
        save(qingzhu, DONE_ONLY, cap=1)
    assert refused.value.message == ("有导师现有 2 名学生，超过新的上限 1 名。请先调整学生或批准超额，再修改方案。")
    assert Plan.objects.filter(year=qingzhu.year).count() == 1
    assert PlanAction.objects.filter(plan__year=qingzhu.year).count() == 4
    assert [t.state for t in Tick.objects.all()] == ["done"]
    assert not AuditEntry.objects.filter(verb="change_plan").exists()


def test_a_version_does_not_begin_before_the_one_it_follows(qingzhu: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        save(qingzhu, effective_from=datetime.date(2026, 6, 1))
    assert refused.value.code == "date_out_of_range"


def test_two_admins_do_not_overwrite_each_other(qingzhu: SchoolCast) -> None:
    save(qingzhu, cap=16)
    with pytest.raises(DomainError) as refused:
        save(qingzhu, cap=14, seen=1)
    assert refused.value.code == "stale"
    assert Plan.objects.filter(year=qingzhu.year).count() == 2


@pytest.mark.parametrize("part", ["homeroom", "mentor", "office", "counsellor", "leader"])
def test_only_the_admin_changes_the_plan(qingzhu: SchoolCast, part: str) -> None:
    with pytest.raises(DomainError) as refused:
        save(qingzhu, user=qingzhu.people[part], cap=16)
    assert refused.value.code == "not_allowed"


def test_the_plan_of_another_school_is_out_of_reach(qingzhu: SchoolCast, other: SchoolCast) -> None:
    with pytest.raises(DomainError) as refused:
        change_plan(actor=qingzhu.actor(qingzhu.admin), year=other.year, seen_version=1, change=change(other, cap=16))
    assert refused.value.code == "other_school"


# --- Reading ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("part", ["admin", "office", "homeroom", "mentor", "counsellor", "leader"])
def test_everybody_of_the_school_reads_the_plan_and_only_the_admin_may_edit(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn, part: str
) -> None:
    client = client_of(qingzhu.people[part])
    body = client.get(reverse("plan:detail")).content.decode()
    assert "原则上不超过 15 名学生" in body
    assert (reverse("plan:edit") in body) is (part == "admin")
    assert client.get(reverse("plan:edit")).status_code == (200 if part == "admin" else 403)
    assert client.get(reverse("plan:school", args=[other.school.pk])).status_code == 404


def test_the_windows_are_the_real_days_of_this_year(qingzhu: SchoolCast, client_of: SignIn) -> None:
    actions = client_of(qingzhu.mentor).get(reverse("plan:detail")).context["actions"]
    said = {
        action.label: [[f"{w.opens_on:%m-%d}..{w.due_on:%m-%d}" for w in line.windows] for line in action.lines]
        for action in actions
    }
    assert said == {
        "家访": [["08-11..09-15"], ["02-01..03-08"]],
        "谈心": [["10-26..11-25", "12-28..01-22"], ["04-12..05-12", "06-07..06-30"]],
        "书面反馈": [["01-01..01-22"], ["06-09..06-30"]],
        "心灵树洞卡": [["09-01..12-30"], ["02-22..06-22"]],
    }
    assert [a.accepted for a in actions] == ["已完成、家长婉拒", "", "", ""]


def test_a_bureau_reads_the_plans_of_its_schools_and_no_others(
    qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn
) -> None:
    senior, _ = create_school(
        code="jiangcheng",
        name="江城一中",
        preset=Preset.SENIOR_YEARLY,
        start_year=2026,
        bureau_name="江城市教育局",
    )
    client = client_of(qingzhu.bureau_user)
    listed = client.get(reverse("plan:detail"), follow=True)
    assert [(s.name, kind.label) for s, kind, _document in listed.context["schools"]] == [
        ("江城一中", "高中"),
        ("青竹小学", "小学"),
    ]
    page = client.get(reverse("plan:school", args=[senior.pk]))
    assert page.status_code == 200
    assert [line.label for line in page.context["actions"][0].lines] == ["全学年"]
    assert reverse("plan:edit") not in page.content.decode()
    assert client.get(reverse("plan:school", args=[other.school.pk])).status_code == 404
    assert client.get(reverse("plan:edit")).status_code == 403


def test_the_history_says_what_each_version_changed(qingzhu: SchoolCast, client_of: SignIn) -> None:
    save(
        qingzhu,
        DONE_ONLY,
        (ActionKind.TALK, {"count": 2}),
        (ActionKind.VISIT, {"windows": (WindowRule(Anchor.TERM_START, -28, 14),)}),
        cap=16,
        matching={grade(qingzhu, 1).pk: MatchingMode.CHOICE, grade(qingzhu, 5).pk: MatchingMode.CHOICE},
    )
    client = client_of(qingzhu.mentor)
    newest, first = client.get(reverse("plan:detail")).context["history"]
    assert newest.changes == [
        "每位导师的上限：15 名 → 16 名",
        "一年级：班主任与学生协商 → 学生自主选择（意向征询）",
        "家访时间：开学前 3 周到开学后 2 周 → 开学前 4 周到开学后 2 周",
        "视为完成的家访：已完成、家长婉拒 → 已完成",
        "谈心：每学期 1 次 → 每学期 2 次",
    ]
    assert (newest.in_force, first.in_force, first.changes) == (True, False, [])
    old = client.get(reverse("plan:detail"), {"version": "1"})
    assert old.context["plan"].cap == 15
    assert "这是以前的版本" in old.content.decode()
    assert client.get(reverse("plan:detail"), {"version": "9"}).status_code == 404


@pytest.mark.parametrize("versions", [1, 3])
def test_the_plan_costs_the_same_with_one_version_and_with_three(
    qingzhu: SchoolCast, client_of: SignIn, django_assert_num_queries: DjangoAssertNumQueries, versions: int
) -> None:
    for seen in range(1, versions):
        save(qingzhu, seen=seen, cap=15 + seen)
    client = client_of(qingzhu.mentor)
    with django_assert_num_queries(9):
        page = client.get(reverse("plan:detail"))
    assert len(page.context["history"]) == versions


def test_a_school_without_a_year_shows_an_empty_page(qingzhu: SchoolCast, client_of: SignIn) -> None:
    bare = School.objects.create(code="bare", name="新建小学", bureau=qingzhu.school.bureau)
    page = client_of(qingzhu.bureau_user).get(reverse("plan:school", args=[bare.pk]))
    assert "还没有方案" in page.content.decode()


# --- The form ---------------------------------------------------------------------------------------------------------
EDIT = reverse_lazy("plan:edit")


def filled(client: Client) -> Typed:
    """What a browser sends if nothing was touched."""
    return form_on(client.get(EDIT))


def form_on(page: Any) -> Typed:
    """What a browser sends of the page's form."""
    (form,) = (form for form in tree(page).iter("form") if "rule0-action" in fields(form))
    return fields(form)


def agreed(client: Client, typed: Typed) -> Any:
    """Both submissions: the answer to the first, told to be right, and where it led."""
    asked = client.post(EDIT, typed)
    assert asked.status_code == 200
    return client.post(EDIT, form_on(asked) | {"sure": "1"}, follow=True)


def changes_of(client: Client) -> list[str]:
    changes: list[str] = client.get(reverse("plan:detail")).context["history"][0].changes
    return changes


def test_the_form_saves_what_it_shows_once_that_is_said_to_be_right(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    data = filled(client) | {"cap": "16", f"grade_{grade(qingzhu, 2).pk}": "club", "rule0-w0-from_number": "4"}
    asked = client.post(EDIT, data)
    assert Plan.objects.filter(year=qingzhu.year).count() == 1
    assert asked.context["effects"].changes == (
        "每位导师的上限：15 名 → 16 名",
        "二年级：不在方案内 → 依托社团",
        "家访时间：开学前 3 周到开学后 2 周 → 开学前 4 周到开学后 2 周",
    )
    done = client.post(EDIT, form_on(asked) | {"sure": "1"}, follow=True)
    assert done.redirect_chain == [(reverse("plan:detail"), 302)]
    assert changes_of(client) == list(asked.context["effects"].changes)
    assert "方案第 2 版已保存，已经生效。" in done.content.decode()


def test_back_from_the_question_everything_typed_is_still_there(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    typed = filled(client) | {"cap": "16", "rule1-w1-anchor": "term_start", "rule3-drop": "on"}
    back = client.post(EDIT, typed | {"again": "1"})
    unkept = {"press", "csrfmiddlewaretoken"}
    assert back.status_code == 200
    assert {n: v for n, v in form_on(back).items() if n not in unkept} == {
        n: [v] if isinstance(v, str) else v for n, v in typed.items() if n not in unkept
    }
    assert Plan.objects.filter(year=qingzhu.year).count() == 1


def test_what_is_shown_and_sent_back_makes_no_version(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    answer = client.post(EDIT, filled(client) | {"effective_from": "2027-02-01"}, follow=True)
    assert "方案没有改动，没有保存新的版本。" in answer.content.decode()
    assert Plan.objects.filter(year=qingzhu.year).count() == 1


def test_every_part_of_a_rule_can_be_changed_added_and_dropped(qingzhu: SchoolCast, client_of: SignIn) -> None:
    one, five = grade(qingzhu, 1).pk, grade(qingzhu, 5).pk
    client = client_of(qingzhu.admin)
    agreed(
        client,
        filled(client)
        | {
            # Grade 5 leaves the visits, and gets a rule of its own.
            "rule0-grades": [str(one)],
            "rule0-outcomes": ["completed"],
            "rule4-action": "visit",
            "rule4-grades": [str(five)],
            "rule4-count": "2",
            "rule4-outcomes": ["completed", "postponed"],
            "rule4-w0-anchor": "exams",
            # A talk around term start as well, ten days before it to its very day.
            "rule1-w1-anchor": "term_start",
            "rule1-w1-from_number": "10",
            "rule1-w1-from_unit": "days",
            "rule1-w1-to_side": "on",
            "rule1-need": "optional",
            "rule2-period": "year",
            "rule2-w0-anchor": "year",
            "rule3-drop": "on",
            "letter_blocking": ["likeness", "other_name"],
        },
    )
    (rules,) = (r for r in YearCalendar(qingzhu.year, TODAY).versions if r.plan.version == 2)
    visits = [(set(r.grade_ids), r.count, r.windows, set(r.accepted_outcomes)) for r in rules.of(ActionKind.VISIT)]
    assert visits == [
        ({one}, 1, (WindowRule(Anchor.TERM_START, -21, 14),), {"completed"}),
        ({five}, 2, (WindowRule(Anchor.EXAMS, -14, 14),), {"completed", "postponed"}),
    ]
    (talk,), (letter,) = rules.of(ActionKind.TALK), rules.of(ActionKind.LETTER)
    assert talk.windows == (WindowRule(Anchor.EXAMS, -14, 14), WindowRule(Anchor.TERM_START, -10, 0))
    assert (talk.required, letter.period, letter.windows) == (False, PeriodKind.YEAR, (WindowRule(Anchor.YEAR),))
    assert (rules.of(ActionKind.CARD), rules.plan.letter_blocking) == ((), ["other_name", "likeness"])
    assert changes_of(client) == [
        "交稿前必须处理的提醒：无 → 写到了其他学生的名字、和另一封寄语几乎相同",
        "视为完成的家访（一年级）：已完成、家长婉拒 → 已完成",
        "家访（五年级）：每学期 1 次 → 每学期 2 次",
        "家访（五年级）时间：开学前 3 周到开学后 2 周 → 重要考试前后各 2 周",
        "视为完成的家访（五年级）：已完成、家长婉拒 → 已完成、改约",
        "谈心的要求：规定动作 → 自选动作",
        "谈心时间：重要考试前后各 2 周 → 重要考试前后各 2 周；开学前 10 天到开学当天",
        "书面反馈：每学期 1 次 → 每学年 1 次",
        "书面反馈时间：期末前 3 周到期末当天 → 全学年都可以",
        "心灵树洞卡：一年级、三年级、五年级不再要求",
    ]


def test_a_grade_that_leaves_the_plan_leaves_its_required_actions(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    agreed(client, filled(client) | {f"grade_{grade(qingzhu, 5).pk}": ""})
    rules = YearCalendar(qingzhu.year, TODAY).rules
    assert [rule.grade_ids for rule in rules.actions if rule.required] == [{grade(qingzhu, 1).pk}] * 3
    assert changes_of(client) == ["五年级：学生自主选择（意向征询） → 不在方案内"] + [
        f"{action}：五年级不再要求" for action in ("家访", "谈心", "书面反馈")
    ]


def test_the_three_settings_and_carrying_on_are_in_the_form_and_in_the_history(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(qingzhu.admin)
    ticked = {"supporting_counts": "on", "supporting_owes": "on", "shared_counts_once": "on"}
    agreed(client, filled(client) | ticked | {f"grade_{grade(qingzhu, 2).pk}": "carry_on"})
    page = client.get(reverse("plan:detail"))
    assert page.context["history"][0].changes == [
        "两位教师共用的名额：按两位计上限 → 合计按一位计上限",
        "辅助导师：不计入上限 → 计入上限",
        "辅助导师的规定动作：不承担 → 也承担",
        "二年级：不在方案内 → 沿用上一学年的导师",
    ]
    body = page.content.decode()
    assert "两位教师共用一个名额时，上限合计按一位计，共 15 名" in body
    assert "计入上限，也承担规定动作" in body
    form = client.get(EDIT).context["form"]
    assert [form[name].value() for name in ticked] == [True, True, True]


IN_RULES = "“导师要做的事”里有地方要改，已经标在下面。"


@pytest.mark.parametrize("sure", [{}, {"sure": "1"}])
@pytest.mark.parametrize(
    "changes, field, message",
    [
        ({"cap": "1"}, "cap", "有导师现有 2 名学生，超过新的上限 1 名。请先调整学生或批准超额，再修改方案。"),
        ({"cap": "61"}, "cap", "上限在 1 到 60 之间。"),
        (
            {"effective_from": "2026-06-30"},
            "effective_from",
            "这里不能填2026年6月30日，请填2026年7月1日到2027年8月31日之间的日期。",
        ),
    ],
)
def test_what_is_refused_stands_at_its_field_and_stays_typed(
    qingzhu: SchoolCast, client_of: SignIn, changes: Typed, field: str, message: str, sure: Typed
) -> None:
    client = client_of(qingzhu.admin)
    answer = client.post(EDIT, filled(client) | {"title": "我们的方案"} | changes | sure)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {field: [message]}
    assert "我们的方案" in answer.content.decode()
    assert message in answer.content.decode()
    assert Plan.objects.filter(year=qingzhu.year).count() == 1


@pytest.mark.parametrize(
    "changes, label, message",
    [
        ({"rule0-outcomes": []}, "哪些家访结果视为完成", "请至少选择一种视为完成的家访结果。"),
        ({"rule1-count": "两"}, "次数", "请填写 1 到 20 之间的整数。"),
        ({"rule2-grades": []}, "年级", "请为书面反馈选择年级，不需要这一项的话请把它去掉。"),
        ({"rule0-w0-from_number": ""}, "家访：从几周或几天", "请填写几周或几天，或选“当天”。"),
        ({"rule2-w0-from_side": "after"}, "", "书面反馈的截止时间早于开始时间，请调整。"),
        ({"rule0-w0-from_number": "30"}, "", "家访的时间离开学太远，前后都在 180 天以内。"),
        ({"rule0-w0-anchor": ""}, "", "请为家访写明时间。"),
        ({"rule0-w1-anchor": "year"}, "", "家访已经是全程都可以做，请去掉其他的时间。"),
    ],
)
def test_what_is_wrong_in_a_rule_stands_at_the_rule(
    qingzhu: SchoolCast, client_of: SignIn, changes: Typed, label: str, message: str
) -> None:
    client = client_of(qingzhu.admin)
    answer = client.post(EDIT, filled(client) | changes)
    assert answer.status_code == 422
    told = [text(line) for line in by_class(tree(answer), "form-errors")[0].iter("li")]
    assert told == [IN_RULES, f"{label}：{message}" if label else message]


def test_a_grade_with_two_rules_for_one_action_or_without_mentors_is_refused(
    qingzhu: SchoolCast, client_of: SignIn
) -> None:
    client = client_of(qingzhu.admin)
    again = {"rule4-action": "visit", "rule4-w0-anchor": "exams"}
    for number, message in (
        (5, "五年级的家访写了两次，请只在一处勾选五年级。"),
        (2, "二年级不在方案内，不能要求家访。请先为二年级选择匹配方式。"),
    ):
        answer = client.post(EDIT, filled(client) | again | {"rule4-grades": [str(grade(qingzhu, number).pk)]})
        assert answer.context["form"].rule_forms[4].errors == {"grades": [message]}


def test_a_plan_without_any_grade_is_refused(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.admin)
    none = {name: "" for name in filled(client) if name.startswith("grade_")}
    answer = client.post(EDIT, filled(client) | none)
    assert answer.context["form"].non_field_errors() == ["请至少为一个年级选择匹配方式。"]


@pytest.mark.parametrize("sure", [{}, {"sure": "1"}])
def test_a_stale_form_says_so_and_keeps_what_was_typed(qingzhu: SchoolCast, client_of: SignIn, sure: Typed) -> None:
    client = client_of(qingzhu.admin)
    data = filled(client) | {"title": "我们的方案"} | sure
    # The new version has a rule more, so that the old form's fields do not fit it.
    talks = change(qingzhu).actions[1]
    one = frozenset({grade(qingzhu, 1).pk})
    save(
        qingzhu,
        actions=(
            *change(qingzhu, (ActionKind.TALK, {"grade_ids": one})).actions,
            replace(talks, grade_ids=talks.grade_ids - one),
        ),
    )
    answer = client.post(EDIT, data)
    assert answer.status_code == 422
    told = [text(line) for line in by_class(tree(answer), "form-errors")[0].iter("li")]
    assert told == ["方案刚刚已经改成第 2 版。您填写的内容还在，请与新版核对，再从方案页重新修改。"]
    assert "我们的方案" in answer.content.decode()


# --- Dates ------------------------------------------------------------------------------------------------------------
LATER = datetime.date(2027, 2, 1)


@pytest.mark.parametrize("day", [datetime.date(2026, 6, 30), datetime.date(2027, 9, 1), datetime.date(2099, 1, 1)])
def test_a_version_takes_effect_within_its_year(qingzhu: SchoolCast, client_of: SignIn, day: datetime.date) -> None:
    """A plan dated 2099 locked the plan for ever, and the message hid the year."""
    with pytest.raises(DomainError) as refused:
        save(qingzhu, effective_from=day)
    said = f"这里不能填{day.year}年{day.month}月{day.day}日，请填2026年7月1日到2027年8月31日之间的日期。"
    assert refused.value.message == said
    client = client_of(qingzhu.admin)
    page = client.post(EDIT, filled(client) | {"effective_from": day.isoformat()})
    assert page.context["form"].errors["effective_from"] == [said]
    assert Plan.objects.filter(year=qingzhu.year).count() == 1


@pytest.mark.parametrize("part", ["office", "admin"])
def test_a_version_is_withdrawn_before_it_takes_effect(qingzhu: SchoolCast, client_of: SignIn, part: str) -> None:
    """A mistyped year could not be taken back: every later version had to begin after it."""
    later = save(qingzhu, effective_from=LATER, cap=10)
    client = client_of(qingzhu.people[part])
    assert "撤回第 2 版" in client.get(reverse("plan:detail"), {"version": 2}).content.decode()
    page = client.post(reverse("plan:withdraw", args=[later.pk]), follow=True)
    assert "方案第 2 版已撤回，仍按现行版本执行。" in page.content.decode()
    client.post(reverse("plan:withdraw", args=[later.pk]))
    assert [rules.plan.version for rules in YearCalendar(qingzhu.year, LATER).versions] == [1]
    entry = AuditEntry.objects.get(verb="withdraw_plan")
    assert (entry.user, entry.target_id, entry.detail["version"]) == (qingzhu.people[part], later.pk, 2)
    # What comes next may begin today, and no number is given twice.
    assert save(qingzhu, cap=16).version == 3


def test_a_version_in_force_is_not_withdrawn(qingzhu: SchoolCast, client_of: SignIn) -> None:
    plan = save(qingzhu, cap=16)
    with pytest.raises(DomainError) as refused:
        take_back_plan(actor=qingzhu.actor(qingzhu.office), plan=plan)
    assert refused.value.message == "第 2 版从2026年11月18日起已经生效，不能撤回。请修改方案。"
    assert "撤回第" not in client_of(qingzhu.office).get(reverse("plan:detail")).content.decode()


def test_only_those_who_plan_withdraw(qingzhu: SchoolCast, other: SchoolCast) -> None:
    plan = save(qingzhu, effective_from=LATER)
    codes = []
    for actor in (qingzhu.actor(qingzhu.leader), other.actor(other.office)):
        with pytest.raises(DomainError) as refused:
            take_back_plan(actor=actor, plan=plan)
        codes.append(refused.value.code)
    assert codes == ["not_allowed", "other_school"]
