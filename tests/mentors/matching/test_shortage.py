"""Grade 5 of the Guyi plan (185 pupils, 12 slots, one of them shared), and what the software says of it."""

from collections import Counter

import pytest

from mentors.enums import MatchRule, MatchTieBreak
from mentors.matching.capacity import ClassLoad
from mentors.matching.problem import Chooser, Place, Problem
from mentors.matching.shortage import Host, Lack, MentorRoom, Shortage, shortage
from mentors.matching.solve import Match, solve
from mentors.matching.spread import even_fill

SIZES = (32, 32, 31, 33, 31, 26)
LABELS = tuple(f"五（{number}）" for number in range(1, 7))
CAP = 15
TOO_FEW = "第五年级 185 人、12 位导师，上限 15：缺 5 个名额。再增 1 位导师，或批准 5 个超额。"


def owner(mentor: int) -> int | None:
    """The class (0 to 5) of a mentor; 12 is the one more mentor, who belongs to none."""
    return mentor // 2 if mentor < 12 else None


def grade_five(
    *, shared: bool = False, more: int = 0, crossing: bool = True, rule: MatchRule = MatchRule.SATISFACTION
) -> Problem:
    """Mentors 0 to 11, two to a class, open to it or to the grade; each pupil ranks the two of their class."""
    mentors = tuple(Place(key, CAP * (2 if shared and key == 11 else 1), {}) for key in range(12 + more))
    pupils = []
    for number, size in enumerate(SIZES):
        own = (2 * number, 2 * number + 1)
        everybody = [m.key for m in mentors if crossing or owner(m.key) in {number, None}]
        for seat in range(size):
            choices = own if seat % 2 else own[::-1]
            pupils.append(Chooser(100 * number + seat, (5, number, seat), choices, frozenset(everybody)))
    return Problem(tuple(pupils), mentors, rule, MatchTieBreak.LOTTERY, seed=5)


def advice(wanted: Problem, match: Match, *, crossing: bool = True, shared: bool = False) -> Shortage | None:
    """What is said of a match, read off it as a grade's page reads it off its tables."""
    placed = match.mentors()
    loads = Counter(placed.values())
    rooms = [
        MentorRoom(
            m.key,
            "" if crossing or m.key >= 12 else LABELS[m.key // 2],
            2 if shared and m.key == 11 else 1,
            m.places,
            loads[m.key],
        )
        for m in wanted.mentors
    ]
    unplaced = Counter(LABELS[pupil.key // 100] for pupil in wanted.roster() if pupil.key not in placed)
    return shortage("五年级", len(wanted.pupils), rooms, CAP, unplaced)


def test_split_evenly_eight_of_the_twelve_slots_are_over_fifteen() -> None:
    classes = [
        ClassLoad(label, size, (1, 2) if number == 5 else (1, 1))
        for number, (label, size) in enumerate(zip(LABELS, SIZES, strict=True))
    ]
    assert sum(c.pupils for c in classes) == 185
    assert [c.split() for c in classes] == [(16, 16), (16, 16), (16, 15), (17, 16), (16, 15), (13, 13)]
    assert [c.slots_over(CAP) for c in classes] == [2, 2, 1, 2, 1, 0]
    assert sum(c.slots_over(CAP) for c in classes) == 8


def test_the_even_fill_of_the_board_makes_the_same_split() -> None:
    splits = []
    for size in SIZES:
        placed = list(even_fill(range(size), {1: (0, 20), 2: (0, 20)}).values())
        splits.append((placed.count(1), placed.count(2)))
    assert splits == [(16, 16), (16, 16), (16, 15), (17, 16), (16, 15), (13, 13)]


@pytest.mark.parametrize("rule", list(MatchRule))
def test_twelve_mentors_of_fifteen_take_180_of_185_and_five_are_missing(rule: MatchRule) -> None:
    wanted = grade_five(rule=rule)
    match = solve(wanted)
    assert len(match.mentors()) == 180
    said = advice(wanted, match)
    assert said is not None
    assert (said.missing, said.more_mentors, said.exceptions) == (5, 1, 5)
    assert (said.movable, said.hosts) == (0, ())
    assert said.sentence == TOO_FEW


def test_before_any_match_the_grade_as_a_whole_says_the_same() -> None:
    rooms = [MentorRoom(key, LABELS[key // 2], 1, CAP) for key in range(12)]
    assert shortage("五年级", 185, rooms, CAP) == Shortage(5, 1, 5, (), (), 0, TOO_FEW)


@pytest.mark.parametrize("rule", list(MatchRule))
def test_with_the_shared_slot_counted_as_two_people_and_classes_crossed_the_grade_fits(rule: MatchRule) -> None:
    wanted = grade_five(shared=True, rule=rule)
    match = solve(wanted)
    assert sum(mentor.places for mentor in wanted.mentors) == 195
    assert len(match.mentors()) == 185
    assert advice(wanted, match, shared=True) is None


@pytest.mark.parametrize("rule", list(MatchRule))
def test_with_one_more_mentor_or_five_exceptions_the_grade_fits(rule: MatchRule) -> None:
    one_more = grade_five(more=1, rule=rule)
    match = solve(one_more)
    assert len(match.mentors()) == 185
    assert advice(one_more, match) is None
    plain = grade_five(rule=rule)
    widened = tuple(Place(m.key, m.places + (m.key < 5), {}) for m in plain.mentors)
    excepted = Problem(plain.pupils, widened, rule, MatchTieBreak.LOTTERY, seed=5)
    assert len(solve(excepted).mentors()) == 185


def test_with_mentors_open_to_their_own_class_only_nine_stay_without() -> None:
    # 30 places a class: 2 + 2 + 1 + 3 + 1 pupils too many; the last class has 4 places over.
    wanted = grade_five(crossing=False)
    match = solve(wanted)
    assert len(match.mentors()) == 176
    said = advice(wanted, match, crossing=False)
    assert said is not None
    assert (said.missing, said.more_mentors, said.exceptions) == (5, 1, 5)
    assert said.lacks == tuple(Lack(LABELS[at], n) for at, n in ((0, 2), (1, 2), (2, 1), (3, 3), (4, 1)))
    assert [(host.label, host.room) for host in said.hosts] == [("五（6）", 4)]
    assert said.movable == 4
    assert said.sentence == TOO_FEW + "另可将 4 名学生调至 五（6）的导师（还可带 4 人）。"


def test_with_class_only_mentors_and_the_shared_slot_as_two_the_places_suffice_but_elsewhere() -> None:
    wanted = grade_five(shared=True, crossing=False)
    match = solve(wanted)
    assert len(match.mentors()) == 176
    said = advice(wanted, match, crossing=False, shared=True)
    assert said is not None
    assert (said.missing, said.more_mentors, said.exceptions, said.movable) == (0, 0, 9, 9)
    assert said.sentence == (
        "第五年级名额总数够，但五（1）缺 2 个、五（2）缺 2 个、五（3）缺 1 个、五（4）缺 3 个、五（5）缺 1 个。"
        "可将 9 名学生调至 五（6）的导师（还可带 19 人），或批准 9 个超额。"
    )


def test_pupils_short_in_one_class_are_sent_where_there_is_room() -> None:
    rooms = [
        MentorRoom(1, "五（1）班", 1, 15, placed=15),
        MentorRoom(2, "五（6）班", 1, 15, placed=13),
        MentorRoom(3, "五（6）班", 1, 15, placed=13),
    ]
    assert shortage("五年级", 43, rooms, CAP, {"五（1）班": 2}) == Shortage(
        missing=0,
        more_mentors=0,
        exceptions=2,
        lacks=(Lack("五（1）班", 2),),
        hosts=(Host("五（6）班", 4, (2, 3)),),
        movable=2,
        sentence=(
            "第五年级名额总数够，但五（1）班缺 2 个。"
            "可将 2 名学生调至 五（6）班的导师（还可带 4 人），或批准 2 个超额。"
        ),
    )


def test_several_classes_with_room_are_all_named() -> None:
    rooms = [MentorRoom(2, "五（6）班", 1, 15, placed=14), MentorRoom(3, "", 1, 15, placed=10)]
    said = shortage("五年级", 27, rooms, CAP, {"五（1）班": 3})
    assert said is not None
    assert said.sentence == (
        "第五年级名额总数够，但五（1）班缺 3 个。"
        "可将 3 名学生调至 五（6）班的导师（还可带 1 人）、面向全年级的导师（还可带 5 人），或批准 3 个超额。"
    )


@pytest.mark.parametrize(
    "grade,sentence",
    [
        ("一年级", "第一年级 31 人、2 位导师，上限 15：缺 1 个名额。再增 1 位导师，或批准 1 个超额。"),
        ("高一", "高一 31 人、2 位导师，上限 15：缺 1 个名额。再增 1 位导师，或批准 1 个超额。"),
        ("高一年级", "高一年级 31 人、2 位导师，上限 15：缺 1 个名额。再增 1 位导师，或批准 1 个超额。"),
    ],
)
def test_grades_are_named_as_the_plans_name_them(grade: str, sentence: str) -> None:
    said = shortage(grade, 31, [MentorRoom(1, "", 1, 15), MentorRoom(2, "", 1, 15)], CAP)
    assert said is not None
    assert said.sentence == sentence


def test_where_the_places_are_not_people_times_cap_they_are_said() -> None:
    said = shortage("五年级", 60, [MentorRoom(1, "", 1, 18), MentorRoom(2, "", 1, 10)], CAP)
    assert said is not None
    assert (said.missing, said.more_mentors) == (32, 3)
    assert said.sentence == (
        "第五年级 60 人、2 位导师，上限 15，共 28 个名额：缺 32 个名额。再增 3 位导师，或批准 32 个超额。"
    )


def test_nothing_is_said_where_everybody_has_a_place() -> None:
    assert shortage("五年级", 30, [MentorRoom(1, "", 2, 30)], CAP, {"五（1）班": 0}) is None
