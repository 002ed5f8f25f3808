"""A family slip's life: issued, renewed, revoked, ended, dead when the pupil has left; and the key behind its code."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from core.errors import DomainError
from core.keyring import PAPER
from core.papercodes import derived_code, mark_of, paper_keys
from mentors.services.assignments import withdraw_pupil
from students.enums import EndReason
from students.keywatch import check_paper_keys
from students.models import FamilySlip, Pupil
from students.queries import valid_slip
from students.services import end_slip_on, issue_slips, open_slip, renew_slip, revoke_slip, slip_code
from tests.cast import TODAY, SchoolCast

ClientOf = Callable[[User], Client]
TAIL = "5678"


@pytest.fixture(autouse=True)
def own_var(settings: Any, tmp_path: Path) -> Path:
    """A folder of keys for each test."""
    settings.VAR_DIR = tmp_path
    settings.PAPER_KEYS = []
    return tmp_path


def issued(cast: SchoolCast, pupil: Pupil | None = None) -> FamilySlip:
    pupil = pupil or cast.pupils[0]
    pupil.guardians.update(phone=f"1381234{TAIL}")
    return issue_slips(actor=cast.actor(cast.office), pupils=[pupil])[pupil.pk]


def opens(slip: FamilySlip, code: str | None = None) -> bool:
    try:
        open_slip(key=slip.key, code=code or slip_code(slip), phone_tail=TAIL)
    except DomainError:
        return False
    return True


def test_a_slip_is_valid_to_the_end_of_the_school_year(qingzhu: SchoolCast) -> None:
    """…前有效 was never set."""
    slip = issued(qingzhu)
    assert (slip.ends_on, opens(slip)) == (datetime.date(2027, 8, 31), True)
    FamilySlip.objects.update(ends_on=TODAY - datetime.timedelta(days=1))
    assert (opens(slip), valid_slip(slip.key)) == (False, None)
    # Printing again gives a new one instead of the one that is over.
    again = issued(qingzhu)
    assert (again.pk == slip.pk, opens(again)) == (False, True)


def test_a_renewed_slip_has_a_new_code_and_the_old_one_is_dead(qingzhu: SchoolCast) -> None:
    old = issued(qingzhu)
    code = slip_code(old)
    new = renew_slip(actor=qingzhu.actor(qingzhu.homeroom), slip=old)
    assert (opens(old, code), opens(new, code), opens(new)) == (False, False, True)
    # A second click on the same page gives the same one.
    assert renew_slip(actor=qingzhu.actor(qingzhu.homeroom), slip=old).pk == new.pk
    assert AuditEntry.objects.filter(verb="renew_slip", target_id=new.pk).count() == 1


def test_a_revoked_slip_is_dead_without_a_successor(qingzhu: SchoolCast) -> None:
    """`revoke_slip` had no caller, though the printed page promises it."""
    slip = issued(qingzhu)
    for _ in range(2):
        revoke_slip(actor=qingzhu.actor(qingzhu.admin), slip=slip)
    assert (opens(slip), FamilySlip.objects.filter(revoked_at=None).count()) == (False, 0)
    assert AuditEntry.objects.filter(verb="revoke_slip").count() == 1


def test_a_slip_is_dead_when_the_pupil_has_left(qingzhu: SchoolCast) -> None:
    """A slip opened after the pupil had left."""
    slip = issued(qingzhu)
    withdraw_pupil(
        actor=qingzhu.actor(qingzhu.admin),
        pupil=qingzhu.pupils[0],
        year=qingzhu.year,
        reason=EndReason.TRANSFER_OUT,
    )
    assert (opens(slip), valid_slip(slip.key)) == (False, None)
    with pytest.raises(DomainError) as refused:
        renew_slip(actor=qingzhu.actor(qingzhu.office), slip=slip)
    assert refused.value.code == "not_here"


def test_the_last_day_is_set_within_bounds(qingzhu: SchoolCast) -> None:
    slip, office = issued(qingzhu), qingzhu.actor(qingzhu.office)
    end_slip_on(actor=office, slip=slip, ends_on=TODAY)
    assert opens(slip)
    for wrong in (TODAY - datetime.timedelta(days=1), datetime.date(2099, 1, 1)):
        with pytest.raises(DomainError) as refused:
            end_slip_on(actor=office, slip=slip, ends_on=wrong)
        assert refused.value.code == "date_out_of_range"


@pytest.mark.parametrize("act", ["issue", "renew", "revoke", "end"])
def test_services_ask_for_the_role_themselves(qingzhu: SchoolCast, other: SchoolCast, act: str) -> None:
    slip = issued(qingzhu)
    before = list(FamilySlip.objects.values())

    def code_for(user: User, cast: SchoolCast) -> str:
        acts: dict[str, Callable[[], object]] = {
            "issue": lambda: issue_slips(actor=cast.actor(user), pupils=[qingzhu.pupil_of_colleague]),
            "renew": lambda: renew_slip(actor=cast.actor(user), slip=slip),
            "revoke": lambda: revoke_slip(actor=cast.actor(user), slip=slip),
            "end": lambda: end_slip_on(actor=cast.actor(user), slip=slip, ends_on=TODAY),
        }
        with pytest.raises(DomainError) as refused:
            acts[act]()
        return refused.value.code

    people = ("mentor", "colleague", "counsellor", "leader")
    assert [code_for(getattr(qingzhu, part), qingzhu) for part in people] == ["not_allowed"] * 4
    assert [code_for(user, other) for user in (other.mentor, other.office)] == ["other_school"] * 2
    assert list(FamilySlip.objects.values()) == before


def test_printed_slips_do_not_hang_on_the_servers_key(qingzhu: SchoolCast, settings: Any, own_var: Path) -> None:
    """Codes hung on SECRET_KEY, which a lost file replaced silently: every printed slip was dead."""
    slip = issued(qingzhu)
    code = slip_code(slip)
    settings.SECRET_KEY = "another one"
    assert opens(slip, code)
    assert (own_var / "paper_keys").stat().st_mode & 0o777 == 0o600


def test_a_lost_key_is_told_and_not_replaced(qingzhu: SchoolCast, own_var: Path) -> None:
    slip = issued(qingzhu)
    assert check_paper_keys() == []
    (own_var / "paper_keys").unlink()
    assert [(one.id, "1 张凭条" in one.msg) for one in check_paper_keys()] == [("students.W001", True)]
    with pytest.raises(DomainError) as refused:
        issued(qingzhu, qingzhu.pupils[1])
    assert (refused.value.code, list(own_var.iterdir())) == ("paper_key_missing", [])
    assert not opens(slip, "abcdefgh")
    # Only whoever says so gets a new one, and then the slips are printed anew.
    call_command("new_paper_key", "--yes")
    assert [opens(issued(qingzhu, pupil)) for pupil in qingzhu.pupils] == [True, True]
    assert check_paper_keys() == []


def test_a_former_key_goes_on_opening_its_slips(qingzhu: SchoolCast) -> None:
    slip = issued(qingzhu)
    call_command("new_paper_key", "--yes")
    newer = issued(qingzhu, qingzhu.pupils[1])
    assert (slip.key_mark == newer.key_mark, opens(slip), opens(newer), len(paper_keys())) == (False, True, True, 2)


def test_slips_that_were_printed_with_the_servers_key_stay_valid(qingzhu: SchoolCast) -> None:
    """What the migration does: the papers are in the families' hands."""
    slip = issued(qingzhu)
    PAPER.adopt("the former secret key".replace(" ", "-"))
    FamilySlip.objects.update(key_mark=mark_of("the-former-secret-key"))
    slip.refresh_from_db()
    code = derived_code("the-former-secret-key", f"family-slip:{slip.nonce}", 8)
    assert (slip_code(slip), opens(slip, code)) == (code, True)


def test_the_pages_of_a_slip(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    slip = issued(qingzhu)
    pupil = qingzhu.pupils[0]
    client = client_of(qingzhu.homeroom)
    page = reverse("papers:slip", args=[pupil.pk])
    opens(slip, "aaaaaaaa")
    opens(slip)
    body = client.get(page).content.decode()
    assert [body.count(word) for word in ("有效至 2027年", "一共 1 次", "1 次，最近一次", "换发", "作废，不再发")] == [
        1
    ] * 5
    client.post(page, {"ends_on": "2026-12-24"})
    slip.refresh_from_db()
    assert slip.ends_on == datetime.date(2026, 12, 24)
    client.post(reverse("papers:slip_renew", args=[pupil.pk]))
    assert FamilySlip.objects.get(revoked_at=None).pk != slip.pk
    client.post(reverse("papers:slip_revoke", args=[pupil.pk]))
    assert FamilySlip.objects.filter(revoked_at=None).count() == 0
    printed = client.post(reverse("papers:slip_print", args=[pupil.pk]))
    assert (printed.headers["Content-Type"], FamilySlip.objects.filter(revoked_at=None).count()) == (
        "application/pdf",
        1,
    )
    listed = client.get(reverse("papers:class_slips", args=[qingzhu.class_one.pk])).content.decode()
    assert listed.count("有效至") == 1


def test_looking_issues_nothing(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    """A hand-made GET issued slips."""
    client = client_of(qingzhu.office)
    urls = [
        reverse("papers:class_slips", args=[qingzhu.class_one.pk]),
        reverse("papers:class_slips_print", args=[qingzhu.class_one.pk]),
        reverse("papers:slip", args=[qingzhu.pupils[0].pk]),
        reverse("papers:slip_print", args=[qingzhu.pupils[0].pk]),
        reverse("papers:slip_renew", args=[qingzhu.pupils[0].pk]),
        reverse("papers:slip_revoke", args=[qingzhu.pupils[0].pk]),
    ]
    assert [client.get(url).status_code for url in urls] == [200, 405, 200, 405, 405, 405]
    assert FamilySlip.objects.count() == 0
