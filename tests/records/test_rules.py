"""Who may do what in `records`: each rule asked for everybody of the cast, and of the other school.

What is read of records stands in tests/records/test_who_may_see_what.py.
"""

from collections.abc import Callable
from typing import Final

import pytest

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.services import grant_role
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, Mentor
from mentors.services.assignments import assign_pupil
from records import rules
from records.care.services.referrals import acknowledge
from records.models.care import Referral
from schools.enums import NoteVisibility
from students.models import Enrolment, Pupil
from tests.cast import SINCE, SchoolCast
from tests.records.builders import letter, talk, visit
from tests.records.care.builders import card, referral

Rule = Callable[[SchoolCast, Actor], bool]


def names(rows: object) -> set[str]:
    return {pupil.name for pupil in rows}  # type: ignore[attr-defined]  # pupils


#: Rule → who passes for `mentor`'s first pupil, who is in the class of `homeroom`, or for that class.
TABLE: Final[dict[str, tuple[Rule, set[str]]]] = {
    "see the pupil's page": (
        lambda cast, actor: rules.can_see_pupil_records(actor, cast.pupils[0]),
        {"mentor", "homeroom", "office"},
    ),
    "log for the pupil": (
        lambda cast, actor: rules.may_log_for(actor, [cast.pupils[0].pk], cast.year),
        {"mentor", "homeroom"},
    ),
    "plan a visit": (lambda cast, actor: rules.may_plan_for(actor, [cast.pupils[0].pk]), {"mentor", "homeroom"}),
    "refer": (lambda cast, actor: rules.may_refer(actor, cast.pupils[0], cast.year), {"mentor", "homeroom", "office"}),
    "open the class": (lambda cast, actor: rules.may_open_class(actor, cast.class_one), {"homeroom"}),
    "open the class with a role": (
        lambda cast, actor: rules.may_open_class(actor, cast.class_one, Role.LEADER, Role.MORAL_OFFICE),
        {"homeroom", "leader", "office"},
    ),
    "release letters": (lambda _cast, actor: rules.can_release(actor), {"office"}),
    "handle books": (lambda _cast, actor: rules.handles_books(actor), {"office"}),
}


@pytest.mark.parametrize("name", TABLE)
def test_everybody_may_what_the_table_says(qingzhu: SchoolCast, other: SchoolCast, name: str) -> None:
    rule, wanted = TABLE[name]
    passed = {part for part, user in qingzhu.people.items() if rule(qingzhu, qingzhu.actor(user))}
    assert passed == wanted
    if name not in ("release letters", "handle books"):
        strangers = {part for part, user in other.people.items() if rule(qingzhu, other.actor(user))}
        assert strangers == set()


def test_all_of_the_pupils_are_asked_about(qingzhu: SchoolCast) -> None:
    mentor, homeroom = qingzhu.actor(qingzhu.mentor), qingzhu.actor(qingzhu.homeroom)
    own, far = [pupil.pk for pupil in qingzhu.pupils], qingzhu.pupil_of_colleague.pk
    asked = ([*own], [*own, *own], [*own, far], [far], [*own, far, qingzhu.pupil_shared.pk])
    assert [(rules.may_log_for(mentor, keys, qingzhu.year), rules.may_plan_for(mentor, keys)) for keys in asked] == [
        (True, True),
        (True, True),
        (False, False),
        (False, False),
        (False, False),
    ]
    assert [rules.may_plan_for(homeroom, keys) for keys in asked] == [True, True, True, True, False]
    assert rules.planned_by(mentor, asked[-1]) == set(own)
    assert rules.planned_by(homeroom, asked[-1]) == {*own, far}


def test_whoever_has_left_or_was_given_away_is_not_planned_for(qingzhu: SchoolCast, other: SchoolCast) -> None:
    first, second = qingzhu.pupils
    assign_pupil(actor=qingzhu.system, pupil=first, mentor=qingzhu.slot_colleague, origin=AssignmentOrigin.OFFICE)
    Enrolment.objects.filter(pupil=second).update(ends_on=SINCE, end_reason="transfer_out")
    keys = [first.pk, second.pk]
    said = [
        rules.planned_by(qingzhu.actor(user), keys) for user in (qingzhu.mentor, qingzhu.colleague, qingzhu.homeroom)
    ]
    assert said == [set(), {first.pk}, {first.pk}]
    # An assignment of the other school's pupil to a mentor of this one, as an import might leave it, opens nothing.
    Assignment.objects.filter(pupil=other.pupils[0]).update(mentor=qingzhu.slot, school=qingzhu.school)
    assert rules.planned_by(qingzhu.actor(qingzhu.mentor), [other.pupils[0].pk]) == set()


def test_paper_cards_are_typed_in_by_those_who_may_know_the_child(qingzhu: SchoolCast, other: SchoolCast) -> None:
    every = names(Pupil.objects.filter(school=qingzhu.school))
    found = {
        part: names(rules.may_enter_paper_cards(qingzhu.actor(user), qingzhu.year))
        for part, user in qingzhu.people.items()
    }
    assert {part: who for part, who in found.items() if who} == {
        "office": every,
        "counsellor": every,
        "homeroom": {"安可儿", "白一诺", "曹子墨", "丁小雨"},
        "mentor": {"安可儿", "白一诺"},
        "colleague": {"曹子墨"},
        "sharer": {"范思齐"},
    }


def test_the_holder_of_a_card_may_refer_and_nobody_else_may(qingzhu: SchoolCast) -> None:
    pupil = qingzhu.pupils[0]
    found = card(qingzhu, qingzhu.sharer, pupil)
    may = {part for part, user in qingzhu.people.items() if rules.may_refer(qingzhu.actor(user), pupil, qingzhu.year)}
    assert may == {"mentor", "homeroom", "office", "sharer"}
    assert not rules.may_refer(qingzhu.actor(qingzhu.sharer), qingzhu.pupils[1], qingzhu.year)
    assert not rules.may_refer(qingzhu.system, pupil, qingzhu.year)
    held = {part for part, user in qingzhu.people.items() if rules.holds_tree_hole_card(qingzhu.actor(user), found)}
    assert held == {"sharer"}


def test_a_referral_is_worked_on_by_the_counsellor_who_took_it(qingzhu: SchoolCast, other: SchoolCast) -> None:
    found = referral(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    colleague = qingzhu.leader
    grant_role(actor=qingzhu.system, user=colleague, role=Role.COUNSELLOR, school=qingzhu.school, starts_on=SINCE)

    def workers() -> set[str]:
        row = Referral.objects.get(pk=found.pk)
        return {part for part, user in qingzhu.people.items() if rules.can_work_on(qingzhu.actor(user), row)}

    assert workers() == set()
    acknowledge(actor=qingzhu.actor(colleague), referral=found)
    assert workers() == {"leader"}
    # Whoever took it and is no counsellor any more does not.
    colleague.grants.filter(role=Role.COUNSELLOR).delete()
    assert workers() == set()


@pytest.mark.parametrize(
    "visibility,readers",
    [
        (NoteVisibility.TEAM, {"mentor", "homeroom", "office", "counsellor", "colleague"}),
        (NoteVisibility.OFFICE, {"mentor", "office"}),
        (NoteVisibility.COUNSELLOR, {"mentor", "counsellor"}),
        (NoteVisibility.AUTHOR, {"mentor"}),
    ],
)
def test_a_text_is_read_as_its_note_says(
    qingzhu: SchoolCast, other: SchoolCast, visibility: NoteVisibility, readers: set[str]
) -> None:
    """Asked of people who may know of the note; who may is asked before (see `can_read_text`)."""
    note = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], visibility=visibility)
    asked = {part: qingzhu.people[part] for part in ("mentor", "homeroom", "office", "counsellor", "colleague")}
    assert {part for part, user in asked.items() if rules.can_read_text(qingzhu.actor(user), note)} == readers
    assert {part for part, user in asked.items() if rules.can_read_attached(qingzhu.actor(user), note)} == readers
    history = {part for part, user in asked.items() if rules.can_read_history(qingzhu.actor(user), note)}
    assert history == readers & {"mentor", "office"}
    assert {part for part, user in asked.items() if rules.can_edit_note(qingzhu.actor(user), note)} == {"mentor"}
    assert [
        rule(other.actor(user), note)
        for rule in (rules.can_read_text, rules.can_read_attached, rules.can_read_history, rules.can_edit_note)
        for user in other.people.values()
    ] == [False] * 4 * len(other.people)


def test_a_letter_is_its_writers_and_the_offices_once_it_is_handed_in(qingzhu: SchoolCast, other: SchoolCast) -> None:
    drafted = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], draft=True)
    handed_in = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1])

    def who(rule: Callable[..., bool], *args: object, cast: SchoolCast = qingzhu) -> set[str]:
        return {part for part, user in cast.people.items() if rule(cast.actor(user), *args)}

    assert [who(rules.can_write_letter, found) for found in (drafted, handed_in)] == [{"mentor"}] * 2
    for rule in (rules.can_read_history, rules.can_read_attached):
        assert [who(rule, found) for found in (drafted, handed_in)] == [{"mentor"}, {"mentor", "office"}]
    assert who(rules.can_read_history, handed_in, cast=other) == set()
    assert who(rules.can_write_letter, handed_in, cast=other) == set()
    office, mentor = qingzhu.actor(qingzhu.office), qingzhu.actor(qingzhu.mentor)
    states = [{"state": "draft"}, {"state": "handed_in"}]
    assert [rules.can_read_version(office, handed_in, fields) for fields in states] == [False, True]
    assert [rules.can_read_version(mentor, handed_in, fields) for fields in states] == [True, True]


def test_a_former_text_is_read_as_it_was_restricted_then(qingzhu: SchoolCast) -> None:
    note = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    said = {
        user.name: [
            rules.can_read_version(qingzhu.actor(user), note, {"visibility": visibility})
            for visibility in (NoteVisibility.TEAM, NoteVisibility.OFFICE, NoteVisibility.COUNSELLOR, None)
        ]
        for user in (qingzhu.mentor, qingzhu.office)
    }
    assert said == {"林小满": [True] * 4, "德育韩": [True, True, False, False]}


def test_whoever_is_alone_in_the_office_is_known(qingzhu: SchoolCast) -> None:
    assert rules.is_alone(qingzhu.actor(qingzhu.office))
    assert not rules.is_alone(qingzhu.actor(qingzhu.mentor))
    second: User = qingzhu.leader
    grant_role(actor=qingzhu.system, user=second, role=Role.MORAL_OFFICE, school=qingzhu.school, starts_on=SINCE)
    assert not rules.is_alone(qingzhu.actor(qingzhu.office))
    second.is_active = False
    second.save()
    assert rules.is_alone(qingzhu.actor(qingzhu.office))


def test_nobody_checks_the_book_of_a_slot_they_hold(qingzhu: SchoolCast) -> None:
    slots = Mentor.objects.prefetch_related("members__teacher").in_bulk([qingzhu.slot.pk, qingzhu.slot_shared.pk])
    own = {
        part: [rules.may_check_book(qingzhu.actor(user), slots[m.pk]) for m in (qingzhu.slot, qingzhu.slot_shared)]
        for part, user in qingzhu.people.items()
        if part in ("mentor", "sharer", "office")
    }
    assert own == {"mentor": [False, True], "sharer": [True, False], "office": [True, True]}
    assert rules.may_check_book(qingzhu.system, slots[qingzhu.slot.pk])
