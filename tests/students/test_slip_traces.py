"""What each act on a slip leaves and refuses, whole: the other families' slips too, and the log's lines."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import AuditEntry, DoorTry
from accounts.services.door import Visitor
from core.errors import DomainError
from core.papercodes import paper_keys
from students.enums import EndReason
from students.models import FamilySlip
from students.services import end_slip_on, issue_slips, open_slip, renew_slip, revoke_slip, slip_code
from tests.cast import TODAY, SchoolCast

TAIL = "5678"
WRONG = "凭条码或手机号后四位不对，请对照凭条再输入一次。"
LOCKED = "这里输错的次数较多，请一小时后再试，或换一个网络（例如手机流量）再试。急用请联系班主任换发凭条。"
KEY_MISSING = (
    "印制凭条的密钥文件（paper_keys）不见了，凭条现在打不开，也印不出来。请联系系统管理员从备份恢复；"
    "确实找不回来时，运行 manage.py new_paper_key 以后重新打印并发放凭条。"
)


@pytest.fixture(autouse=True)
def own_var(settings: Any, tmp_path: Path) -> Path:
    """A folder of keys for each test."""
    settings.VAR_DIR = tmp_path
    settings.PAPER_KEYS = []
    return tmp_path


@pytest.fixture
def two(qingzhu: SchoolCast) -> list[FamilySlip]:
    """The slips of the mentor's two pupils, printed by 德育室."""
    for pupil in qingzhu.pupils:
        pupil.guardians.update(phone=f"1381234{TAIL}")
    found = issue_slips(actor=qingzhu.actor(qingzhu.office), pupils=list(qingzhu.pupils))
    return [found[pupil.pk] for pupil in qingzhu.pupils]


def audited(*verbs: str) -> list[tuple[Any, ...]]:
    rows = AuditEntry.objects.filter(verb__in=verbs).order_by("pk")
    return [(e.verb, e.kind, e.user, e.target_id, e.detail) for e in rows]


def refused(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code, refusal.value.message


def row(slip: FamilySlip) -> FamilySlip:
    return FamilySlip.objects.get(pk=slip.pk)


def test_printing_is_logged_with_how_many_are_new(qingzhu: SchoolCast, two: list[FamilySlip]) -> None:
    """Planted: the line had another verb, and no test noticed."""
    actor = qingzhu.actor(qingzhu.homeroom)
    pupils = [*qingzhu.pupils, qingzhu.pupil_of_colleague]
    again = issue_slips(actor=actor, pupils=pupils)
    assert [again[pupil.pk].pk for pupil in qingzhu.pupils] == [slip.pk for slip in two]
    assert audited("issue_slips") == [
        ("issue_slips", "change", qingzhu.office, None, {"pupils": 2, "new": 2}),
        ("issue_slips", "change", qingzhu.homeroom, None, {"pupils": 3, "new": 1}),
    ]
    assert {(s.school_id, s.ends_on, s.key_mark) for s in FamilySlip.objects.all()} == {
        (qingzhu.school.pk, datetime.date(2027, 8, 31), next(iter(paper_keys())))
    }


@pytest.mark.parametrize("act", ["renew", "revoke", "end"])
def test_an_act_on_one_slip_leaves_the_others(qingzhu: SchoolCast, two: list[FamilySlip], act: str) -> None:
    """Planted: the last day of one slip became that of every slip of every school."""
    first, second = two
    before = FamilySlip.objects.filter(pk=second.pk).values().get()
    actor, day = qingzhu.actor(qingzhu.office), TODAY + datetime.timedelta(days=30)
    acts: dict[str, Callable[[], FamilySlip]] = {
        "renew": lambda: renew_slip(actor=actor, slip=first),
        "revoke": lambda: revoke_slip(actor=actor, slip=first),
        "end": lambda: end_slip_on(actor=actor, slip=first, ends_on=day),
    }
    done = acts[act]()
    line = {
        "renew": ("renew_slip", "change", qingzhu.office, done.pk, {"former": first.pk}),
        "revoke": ("revoke_slip", "change", qingzhu.office, first.pk, {}),
        "end": ("end_slip_on", "change", qingzhu.office, first.pk, {"ends_on": day.isoformat()}),
    }
    assert audited("renew_slip", "revoke_slip", "end_slip_on") == [line[act]]
    assert FamilySlip.objects.filter(pk=second.pk).values().get() == before
    assert (row(first).revoked_at is None, row(first).ends_on) == (act == "end", day if act == "end" else first.ends_on)
    assert FamilySlip.objects.filter(pupil=first.pupil_id, revoked_at=None).count() == (act != "revoke")


def test_what_is_refused_at_a_slip(qingzhu: SchoolCast, two: list[FamilySlip]) -> None:
    first, _second = two
    actor = qingzhu.actor(qingzhu.office)
    revoke_slip(actor=actor, slip=first)
    over = refused(lambda: end_slip_on(actor=actor, slip=first, ends_on=TODAY))
    assert over == ("slip_over", "这张凭条已经作废，请重新打印一张。")
    qingzhu.pupils[0].enrolments.update(ends_on=TODAY, end_reason=EndReason.TRANSFER_OUT)
    gone = refused(lambda: renew_slip(actor=actor, slip=first))
    assert gone == ("not_here", "这位学生已经不在册，不能再发凭条。")
    assert audited("end_slip_on", "renew_slip") == []


def test_a_slip_whose_key_is_lost_says_so(two: list[FamilySlip], own_var: Path) -> None:
    (own_var / "paper_keys").unlink()
    assert refused(lambda: slip_code(two[0])) == ("paper_key_missing", KEY_MISSING)


def test_opening_and_trying_are_logged_by_whom_and_from_where(qingzhu: SchoolCast, two: list[FamilySlip]) -> None:
    slip, by = two[0], qingzhu.actor(qingzhu.homeroom)
    source = "0123456789abcdef"
    code = slip_code(slip)

    def tries(code: str, tail: str, **more: Any) -> tuple[str, str]:
        return refused(lambda: open_slip(key=slip.key, code=code, phone_tail=tail, **more))

    assert open_slip(key=slip.key, code=code.lower(), phone_tail=TAIL, visitor=Visitor(source)).pk == slip.pk
    assert open_slip(key=slip.key, code=code, phone_tail=TAIL, by=by).pk == slip.pk
    assert [
        tries("aaaaaaaa", TAIL, visitor=Visitor(source)),
        tries(code, "0000", by=by),
        refused(lambda: open_slip(key="unknown", code=code, phone_tail=TAIL)),
    ] == [("slip_wrong", WRONG)] * 3
    for _ in range(9):
        tries("aaaaaaaa", TAIL, visitor=Visitor(source))
    assert tries("aaaaaaaa", TAIL, visitor=Visitor("another")) == ("slip_locked", LOCKED)
    lines = audited("open_slip", "slip_refused")
    here = {"from": "01234567"}
    assert lines[:4] == [
        ("open_slip", "read", None, slip.pk, here),
        ("open_slip", "read", qingzhu.homeroom, slip.pk, {}),
        ("slip_refused", "account", None, slip.pk, here),
        ("slip_refused", "account", qingzhu.homeroom, slip.pk, {}),
    ]
    # Eleven were wrong, the eleventh of one hour shut the door for wrong ones.
    assert lines[4:] == [("slip_refused", "account", None, slip.pk, here)] * (len(lines) - 4)
    assert {e.school_id for e in AuditEntry.objects.filter(verb__in=("open_slip", "slip_refused"))} == {
        qingzhu.school.pk
    }


def test_a_guardian_without_a_whole_phone_opens_nothing(two: list[FamilySlip]) -> None:
    """A phone of three digits would be a code of three digits, none at all the empty one."""
    slip = two[0]
    for phone in ("", "678"):
        slip.pupil.guardians.update(phone=phone)
        said = refused(lambda p=phone: open_slip(key=slip.key, code=slip_code(slip), phone_tail=p))  # type: ignore[misc]
        assert said == ("slip_wrong", WRONG)
    slip.pupil.guardians.update(phone="5678")
    assert open_slip(key=slip.key, code=slip_code(slip), phone_tail="5678").pk == slip.pk


def test_a_long_key_that_is_nobodys_is_counted_within_its_column(db: None) -> None:
    """On PostgreSQL one character more is an error, where a stranger types the address."""
    for key in ("x" * 34, "x" * 35, "x" * 60):
        refused(lambda k=key: open_slip(key=k, code="aaaaaaaa", phone_tail=TAIL))  # type: ignore[misc]
    most = DoorTry._meta.get_field("subject").max_length
    assert sorted(DoorTry.objects.values_list("subject", flat=True)) == [
        f"none:{'x' * 34}",
        *[f"none:{'x' * 35}"] * 2,
    ]
    assert most == len(f"none:{'x' * 35}")
