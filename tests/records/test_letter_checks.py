"""The checks with what the database knows: names, the plan, and letters that were written before."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mentors.enums import AssignmentOrigin
from mentors.services.assignments import assign_pupil
from records.letters.checks import Check
from records.letters.checks.likeness import signature
from records.letters.queries.checks import check_context, check_for
from records.letters.queries.likeness import find_alike
from records.letters.services.likeness import sign_letter, sign_letters
from records.models.records import GrowthLetter
from schools.models import Plan
from students.models import Pupil
from tests.cast import EnrolmentFactory, SchoolCast
from tests.records import builders

BODY = "还记得十月那场接力赛吗？你跑最后一棒，鞋带松了也没停下。你做事不慌，遇到难题愿意再想一遍，这份耐心很珍贵。"


def written(
    cast: SchoolCast, pupil: Pupil, body: str = BODY, *, colleague: bool = False, term: int = 1
) -> GrowthLetter:
    """A signed letter to `pupil`, by the mentor or by the colleague."""
    author, slot = (cast.colleague, cast.slot_colleague) if colleague else (cast.mentor, cast.slot)
    letter = GrowthLetter(
        school=cast.school,
        pupil=pupil,
        term=builders.term_of(cast, term),
        mentor=slot,
        created_by=author,
        body=body,
    )
    sign_letter(letter=letter)
    letter.save()
    return letter


def alike_said(cast: SchoolCast, body: str = BODY) -> tuple[bool, bool, int] | None:
    """Own, same pupil, per cent, of the letter nearest to what the mentor writes to the first pupil."""
    found = find_alike(actor=cast.actor(cast.mentor), pupil=cast.pupils[0], term=builders.term_of(cast), body=body)
    return None if found is None else (found.own, found.same_pupil, round(found.ratio * 100))


def test_the_other_names_are_classmates_and_the_mentors_other_pupils(qingzhu: SchoolCast, other: SchoolCast) -> None:
    elsewhere = EnrolmentFactory.create(school_class=qingzhu.class_five, pupil__name="冯小远").pupil
    assign_pupil(actor=qingzhu.system, pupil=elsewhere, mentor=qingzhu.slot, origin=AssignmentOrigin.HOMEROOM)
    context = check_context(qingzhu.actor(qingzhu.mentor), qingzhu.pupils[0], builders.term_of(qingzhu))
    assert context.pupil_name == "安可儿"
    assert sorted(context.others) == sorted(["白一诺", "曹子墨", "丁小雨", "冯小远"])
    assert sorted(context.teachers) == sorted(["何知秋", "林小满", "苏禾", "陶然", "石磊"])


def test_nothing_of_another_school_is_known(qingzhu: SchoolCast, other: SchoolCast) -> None:
    context = check_context(other.actor(other.mentor), qingzhu.pupils[0], builders.term_of(qingzhu))
    assert context.others == ()
    assert [name for name in context.teachers if name == "石磊"] == ["石磊"]


def test_the_plan_says_whether_advice_is_wanted_and_what_blocks(qingzhu: SchoolCast) -> None:
    actor, term = qingzhu.actor(qingzhu.mentor), builders.term_of(qingzhu)
    said = check_context(actor, qingzhu.pupils[0], term)
    assert (said.wants_advice, said.blocking) == (False, frozenset())
    Plan.objects.filter(year=qingzhu.year).update(letter_tone="with_advice", letter_blocking=["other_name"])
    said = check_context(actor, qingzhu.pupils[0], term)
    assert (said.wants_advice, said.blocking) == (True, frozenset({"other_name"}))


def test_only_listed_findings_block(qingzhu: SchoolCast) -> None:
    actor, pupil, term = qingzhu.actor(qingzhu.mentor), qingzhu.pupils[0], builders.term_of(qingzhu)

    def blocking(body: str) -> list[Check]:
        return [f.code for f in check_for(actor, pupil, term, body) if f.severity == "blocking"]

    body = "一诺，你考了95分。"
    assert blocking(body) == []
    Plan.objects.filter(year=qingzhu.year).update(letter_blocking=["ranking", "likeness"])
    assert blocking(body) == [Check.RANKING]
    written(qingzhu, qingzhu.pupils[1])
    assert blocking(BODY) == [Check.LIKENESS]


def test_all_findings_of_a_letter_come_at_once(qingzhu: SchoolCast) -> None:
    written(qingzhu, qingzhu.pupils[1])
    found = check_for(
        qingzhu.actor(qingzhu.mentor), qingzhu.pupils[0], builders.term_of(qingzhu), f"一诺，你考了95分。{BODY}", ""
    )
    assert [finding.code for finding in found] == [Check.OTHER_NAME, Check.LIKENESS, Check.RANKING]


def test_an_own_letter_to_another_pupil_is_found(qingzhu: SchoolCast) -> None:
    written(qingzhu, qingzhu.pupils[1], f"一诺，{BODY}")
    assert alike_said(qingzhu, f"可儿，{BODY}") == (True, False, 100)


def test_a_colleagues_letter_is_found_and_only_its_likeness_told(qingzhu: SchoolCast) -> None:
    written(qingzhu, qingzhu.pupil_of_colleague, f"{BODY}子墨，你家的小狗真可爱。", colleague=True)
    assert alike_said(qingzhu) == (False, False, 92)
    found = check_for(qingzhu.actor(qingzhu.mentor), qingzhu.pupils[0], builders.term_of(qingzhu), BODY)
    assert [[secret for secret in ("子墨", "小狗", "苏禾") if secret in finding.message] for finding in found] == [[]]


def test_an_earlier_letter_to_the_same_pupil_is_found_but_not_the_letter_itself(qingzhu: SchoolCast) -> None:
    written(qingzhu, qingzhu.pupils[0])
    assert alike_said(qingzhu) is None
    written(qingzhu, qingzhu.pupils[0], term=2)
    assert alike_said(qingzhu) == (True, True, 100)


def test_deleted_letters_and_other_schools_are_not_compared(qingzhu: SchoolCast, other: SchoolCast) -> None:
    written(other, other.pupils[1])
    deleted = written(qingzhu, qingzhu.pupils[1])
    GrowthLetter.objects.filter(pk=deleted.pk).update(deleted_at=deleted.created_at)
    assert alike_said(qingzhu) is None


@pytest.mark.parametrize("letters", [1, 3])
def test_the_checks_take_six_queries_whatever_the_number_of_letters(qingzhu: SchoolCast, letters: int) -> None:
    for pupil in (qingzhu.pupils[1], qingzhu.pupil_of_colleague, qingzhu.pupil_unassigned)[:letters]:
        written(qingzhu, pupil)
    actor, term = qingzhu.actor(qingzhu.mentor), builders.term_of(qingzhu)
    with CaptureQueriesContext(connection) as queries:
        check_for(actor, qingzhu.pupils[0], term, BODY)
    assert len(queries) == 6


def test_letters_without_a_signature_are_signed_by_the_command(qingzhu: SchoolCast) -> None:
    letter = written(qingzhu, qingzhu.pupils[1])
    GrowthLetter.objects.update(signature=b"")
    call_command("sign_letters")
    letter.refresh_from_db()
    assert bytes(letter.signature) == signature(BODY, "白一诺")
    assert (sign_letters(), sign_letters(anew=True)) == (0, 0)
    GrowthLetter.objects.update(signature=b"\x00old")
    assert (sign_letters(), sign_letters(anew=True)) == (0, 1)
