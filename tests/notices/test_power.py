"""Whoever gets or loses what reads or opens more than others is told, and so are those who watch over accounts."""

from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.services import end_role, grant_role, grant_roles, issue_password
from accounts.services.roles import NewGrant
from notices.models import Notice
from tests.cast import SchoolCast


def told(title: str) -> list[str]:
    return sorted(Notice.objects.filter(title=title).values_list("recipient__name", flat=True))


def give(cast: SchoolCast, to: User, role: Role) -> RoleGrant:
    return grant_role(actor=cast.actor(cast.admin), user=to, role=role, school=cast.school)


def test_giving_the_counsellor_is_told_to_the_others_at_once(qingzhu: SchoolCast) -> None:
    """One administrator made a counsellor who read every referral; nobody was told."""
    give(qingzhu, qingzhu.mentor, Role.COUNSELLOR)
    assert told("林小满得到“心理老师”") == sorted(["林小满", "德育韩", "温言", "程远"])


def test_a_plain_role_is_told_to_nobody(qingzhu: SchoolCast) -> None:
    give(qingzhu, qingzhu.counsellor, Role.LEADER)
    assert Notice.objects.filter(kind="power").count() == 0


def test_taking_and_giving_many_are_told_too(qingzhu: SchoolCast) -> None:
    grant = RoleGrant.objects.get(user=qingzhu.counsellor)
    end_role(actor=qingzhu.actor(qingzhu.admin), grant=grant)
    assert told("温言不再担任“心理老师”") == sorted(["温言", "德育韩", "程远"])
    new = [NewGrant(qingzhu.mentor.pk, Role.MORAL_OFFICE), NewGrant(qingzhu.colleague.pk, Role.LEADER)]
    grant_roles(actor=qingzhu.actor(qingzhu.admin), school=qingzhu.school, grants=new)
    assert told("林小满得到“德育室”") == sorted(["林小满", "德育韩", "程远", "苏禾"])
    assert Notice.objects.filter(title__contains="苏禾").count() == 0


def test_a_password_that_is_replaced_is_told(qingzhu: SchoolCast) -> None:
    """A new password for the counsellor opened the counsellor's notes, and nobody was told."""
    for user in (qingzhu.counsellor, qingzhu.mentor):
        issue_password(actor=qingzhu.actor(qingzhu.admin), user=user)
    # The mentor never had one: a first password is no news.
    assert (told("温言的密码被重设了"), told("林小满的密码被重设了")) == (sorted(["温言", "德育韩", "程远"]), [])
    issue_password(actor=qingzhu.actor(qingzhu.admin), user=qingzhu.mentor)
    assert told("林小满的密码被重设了") == sorted(["林小满", "德育韩", "温言", "程远"])


def test_another_school_hears_nothing(qingzhu: SchoolCast, other: SchoolCast) -> None:
    give(qingzhu, qingzhu.mentor, Role.COUNSELLOR)
    assert Notice.objects.filter(recipient__school=other.school).count() == 0
