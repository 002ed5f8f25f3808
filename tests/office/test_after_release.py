"""A letter that went out: taken back while no family has opened it, corrected afterwards."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AuditEntry, User
from accounts.services import grant_role
from core.errors import DomainError
from notices.models import Notice
from records.desk.models import RecordVersion
from records.enums import LetterState, VersionAct
from records.letters.queries.desk import proofing_of
from records.letters.services.after_release import READ, UNREAD, correct_letter, withdraw_letter, withdraw_letters
from records.letters.services.office import accept_letter, release_letters
from records.letters.services.writing import mark_letter_read
from records.models.records import GrowthLetter
from students.models import FamilySlip
from students.services import issue_slips, slip_code
from tests.cast import SINCE, SchoolCast
from tests.records.builders import LETTER, letter, released_letter, tick_states

SignIn = Callable[[User], Client]
NEW = "还记得你整理图书角的那个傍晚吗？你很有耐心。"


def again(found: GrowthLetter) -> GrowthLetter:
    return GrowthLetter.objects.get(pk=found.pk)


@pytest.fixture
def released(qingzhu: SchoolCast) -> GrowthLetter:
    """A letter that was proof-read, then released."""
    found = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    accept_letter(actor=qingzhu.actor(qingzhu.office), letter=found, version=1)
    release_letters(actor=qingzhu.actor(qingzhu.office), term=found.term, letter_ids=[found.pk])
    return again(found)


@pytest.fixture
def family(qingzhu: SchoolCast, client: Client) -> tuple[Client, FamilySlip]:
    """The first pupil's family with its slip open."""
    pupil = qingzhu.pupils[0]
    slip = issue_slips(actor=qingzhu.actor(qingzhu.office), pupils=[pupil])[pupil.pk]
    phone = pupil.guardians.get().phone
    data = {"code": slip_code(slip), "phone_tail": phone[-4:]}
    assert client.post(reverse("family:slip", args=[slip.key]), data).status_code == 302
    return client, slip


# --- Taking back ------------------------------------------------------------------------------------------------------
def test_an_unread_release_is_taken_back_and_stands_as_before(
    qingzhu: SchoolCast, released: GrowthLetter, family: tuple[Client, FamilySlip]
) -> None:
    """Seen: what was released by mistake could not be taken back, nor changed."""
    client, slip = family
    office = qingzhu.actor(qingzhu.office)
    for _press in range(2):
        withdraw_letter(actor=office, letter=released)
    back = again(released)
    assert (back.state, back.released_at, back.accepted_by) == (LetterState.HANDED_IN, None, qingzhu.office)
    assert tick_states(qingzhu, released.pupil)["letter"] == "done"
    assert AuditEntry.objects.filter(verb="withdraw_letters").count() == 1
    told = Notice.objects.filter(recipient=qingzhu.mentor, kind="letters_withdrawn")
    assert [notice.title for notice in told] == ["德育室撤回了您写的寄语，家长暂时看不到"]
    assert "老师的寄语还在路上" in client.get(reverse("family:letters", args=[slip.key])).content.decode()
    assert client.get(reverse("family:letter", args=[slip.key, released.pk])).status_code == 404
    assert release_letters(actor=office, term=released.term, letter_ids=[released.pk]) == 1


def test_a_letter_that_was_opened_stays_out_and_the_refusal_says_what_to_do(
    qingzhu: SchoolCast, released: GrowthLetter, client_of: SignIn
) -> None:
    mark_letter_read(letter=released)
    answer = client_of(qingzhu.office).post(reverse("office:withdraw_letter", args=[released.pk]))
    assert (answer.status_code, READ in answer.content.decode()) == (409, True)
    assert again(released).state == LetterState.RELEASED


def test_the_ticked_ones_come_back_and_the_opened_ones_are_told(
    qingzhu: SchoolCast, released: GrowthLetter, client_of: SignIn
) -> None:
    opened = released_letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    mark_letter_read(letter=opened)
    client = client_of(qingzhu.office)
    page = client.get(reverse("office:letters"), {"state": "released"})
    assert [(row.letter.pk, row.can_come_back) for row in page.context["rows"]] == [
        (released.pk, True),
        (opened.pk, False),
    ]
    assert page.content.decode().count('type="checkbox" name="letters"') == 1
    data = {"scope": "selected", "letters": [released.pk, opened.pk], "term": "1"}
    said = client.post(reverse("office:withdraw"), data, follow=True).content.decode()
    assert ("已撤回 1 封" in said, "有 1 封没有撤回：家长已经打开过的" in said) == (True, True)
    assert [again(x).state for x in (released, opened)] == ["handed_in", "released"]


def test_nobody_takes_back_ones_own_and_only_the_office_takes_back(
    qingzhu: SchoolCast, other: SchoolCast, released: GrowthLetter
) -> None:
    grant_role(
        actor=qingzhu.system, user=qingzhu.mentor, role=Role.MORAL_OFFICE, school=qingzhu.school, starts_on=SINCE
    )
    own = qingzhu.actor(qingzhu.mentor)
    assert withdraw_letters(actor=own, term=released.term, letter_ids=[released.pk]) == 0
    refusals = []
    for actor in (own, qingzhu.actor(qingzhu.leader), other.actor(other.office)):
        with pytest.raises(DomainError) as refusal:
            withdraw_letter(actor=actor, letter=released)
        refusals.append(refusal.value.code)
    assert refusals == ["own_letter", "not_allowed", "other_school"]
    assert again(released).state == LetterState.RELEASED


@pytest.mark.django_db(transaction=True)
def test_a_family_that_opens_at_the_same_moment_has_it_or_has_it_not(
    released: GrowthLetter, qingzhu: SchoolCast
) -> None:
    office, start, results = qingzhu.actor(qingzhu.office), threading.Barrier(2), {}

    def run(name: str, act: Callable[[], object]) -> None:
        start.wait()
        try:
            results[name] = act()
        finally:
            connections.close_all()

    acts: dict[str, Callable[[], object]] = {
        "back": lambda: withdraw_letters(actor=office, term=released.term, letter_ids=[released.pk]),
        "shown": lambda: mark_letter_read(letter=released),
    }
    threads = [threading.Thread(target=run, args=pair) for pair in acts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = again(released)
    assert (results["back"], results["shown"], after.state, after.read_at is None) in (
        (1, False, "handed_in", True),
        (0, True, "released", False),
    )


def test_a_page_of_before_shows_nothing_that_was_taken_back(qingzhu: SchoolCast, released: GrowthLetter) -> None:
    withdraw_letter(actor=qingzhu.actor(qingzhu.office), letter=released)
    assert mark_letter_read(letter=released) is False
    assert again(released).read_at is None


# --- Correcting -------------------------------------------------------------------------------------------------------
def test_a_correction_is_a_new_version_that_the_family_sees_as_such(
    qingzhu: SchoolCast, released: GrowthLetter, family: tuple[Client, FamilySlip], client_of: SignIn
) -> None:
    client, slip = family
    address = reverse("family:letter", args=[slip.key, released.pk])
    assert "更正于" not in client.get(address).content.decode()
    office = client_of(qingzhu.office)
    data = {"body": NEW, "version": released.version}
    for _press in range(2):
        assert office.post(reverse("office:correct_letter", args=[released.pk]), data).status_code == 302
    fixed = again(released)
    assert (fixed.state, fixed.body, fixed.read_at, fixed.version) == ("released", NEW, None, released.version + 1)
    assert AuditEntry.objects.filter(verb="correct_letter").count() == 1
    assert Notice.objects.filter(recipient=qingzhu.mentor, kind="letter_corrected").count() == 1
    acts = RecordVersion.objects.filter(record_id=released.pk).order_by("version").values_list("act", flat=True)
    assert list(acts) == [VersionAct.CREATED, VersionAct.PROOFED]
    proofing = proofing_of(fixed)
    assert proofing is not None
    assert [s.text for s in proofing.body if s.kind == "in"] == ["傍晚"]
    listed = client.get(reverse("family:letters", args=[slip.key])).content.decode()
    assert (listed.count("更正于"), listed.count(">新</span>")) == (1, 1)
    page = client.get(address).content.decode()
    assert (page.count("更正于"), NEW in page, LETTER in page) == (1, True, False)
    assert again(released).read_at is not None


def test_a_corrected_letter_is_not_taken_back_though_it_is_unread_again(
    qingzhu: SchoolCast, released: GrowthLetter
) -> None:
    office = qingzhu.actor(qingzhu.office)
    mark_letter_read(letter=released)
    fixed = correct_letter(actor=office, letter=released, body=NEW, advice="", version=1)
    assert withdraw_letters(actor=office, term=released.term, letter_ids=[released.pk]) == 0
    twice = correct_letter(actor=office, letter=fixed, body="你很努力。", advice="", version=2)
    assert (twice.body, twice.version) == ("你很努力。", 3)


def test_before_anybody_has_read_it_a_letter_is_taken_back_instead(qingzhu: SchoolCast, released: GrowthLetter) -> None:
    office = qingzhu.actor(qingzhu.office)
    with pytest.raises(DomainError, match=UNREAD):
        correct_letter(actor=office, letter=released, body=NEW, advice="", version=1)
    GrowthLetter.objects.filter(pk=released.pk).update(read_at=timezone.now())
    codes = []
    for body, version in ((" ", 1), (LETTER, 1), (NEW, 2)):
        with pytest.raises(DomainError) as refusal:
            correct_letter(actor=office, letter=released, body=body, advice="", version=version)
        codes.append(refusal.value.code)
    assert codes == ["letter_empty", "letter_unchanged", "changed_meanwhile"]
    assert again(released).body == LETTER


@pytest.mark.parametrize("is_read", [False, True])
def test_the_office_page_offers_what_can_be_done(
    qingzhu: SchoolCast, released: GrowthLetter, client_of: SignIn, is_read: bool
) -> None:
    if is_read:
        mark_letter_read(letter=released)
    page = client_of(qingzhu.office).get(reverse("office:letter", args=[released.pk])).content.decode()
    assert ("撤回发布</button>" in page, "保存更正</button>" in page) == (not is_read, is_read)
