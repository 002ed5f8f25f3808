"""Merging a pupil or a teacher who stands twice: what moves, what clashes, and that nothing is lost."""

import uuid

import pytest

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.services import create_user, grant_role
from core.errors import DomainError
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, MentorMember, Teacher
from mentors.services.assignments import assign_pupil, recount_loads
from records.care.services.referrals import refer
from records.desk.services.drafts import save_draft
from records.merging.services import draw_pupil_merge, draw_teacher_merge, merge_pupils, merge_teachers
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from records.papers.models import BookHandling
from records.services.ticks import rebuild_ticks
from schools.enums import NoteVisibility
from students.models import Enrolment, FamilySlip, Guardian, Pupil
from students.services import issue_slips
from tests.cast import TODAY, EnrolmentFactory, SchoolCast, TeacherFactory
from tests.records.builders import letter, talk, visit
from tests.records.care.builders import card

pytestmark = pytest.mark.django_db


def admin(cast: SchoolCast) -> Actor:
    return cast.actor(cast.admin)


@pytest.fixture
def double(qingzhu: SchoolCast) -> Pupil:
    """A second entry of the first pupil, without a number, with the colleague as mentor."""
    pupil = EnrolmentFactory.create(
        school_class=qingzhu.class_one, pupil__name="安可儿", pupil__student_number="", pupil__remark="爱画画"
    ).pupil
    assign_pupil(actor=qingzhu.system, pupil=pupil, mentor=qingzhu.slot_colleague, origin=AssignmentOrigin.HOMEROOM)
    return pupil


def test_everything_of_the_other_entry_moves(qingzhu: SchoolCast, double: Pupil) -> None:
    kept = qingzhu.pupils[0]
    Guardian.objects.filter(pupil=double).update(name="安妈妈", phone="19900007777")
    visit(qingzhu, qingzhu.colleague, double)
    shared_talk = talk(qingzhu, qingzhu.mentor, kept)
    shared_talk.pupils.add(double)
    talk(qingzhu, qingzhu.colleague, double)
    letter(qingzhu, qingzhu.colleague, double)
    issue_slips(actor=admin(qingzhu), pupils=[kept, double])
    merge = draw_pupil_merge(actor=admin(qingzhu), kept=kept, other=double)
    assert merge.moving == [
        ("学籍记录", 1),
        ("导师安排", 1),
        ("家访", 1),
        ("谈心", 2),
        ("成长寄语", 1),
        ("监护人", 1),
    ]
    assert merge.notes == [
        "导师仍是林小满老师；苏禾老师空出一个名额。",
        "另一条登记的家长凭条作废；需要时请重新打印。",
    ]
    gone = double.pk
    merge_pupils(actor=admin(qingzhu), kept=kept, other=double)
    kept.refresh_from_db()
    assert not Pupil.objects.filter(pk=gone).exists()
    assert kept.remark == "爱画画"
    assert Enrolment.objects.filter(pupil=kept).count() == 1
    assert [a.mentor.names for a in Assignment.objects.active().filter(pupil=kept)] == ["林小满"]
    assert Assignment.objects.filter(pupil=kept).count() == 2
    counts = [
        HomeVisit.objects.filter(pupil=kept).count(),
        HeartTalk.objects.filter(pupils=kept).count(),
        GrowthLetter.objects.filter(pupil=kept).count(),
        Guardian.objects.filter(pupil=kept).count(),
        FamilySlip.objects.filter(pupil=kept, revoked_at=None).count(),
    ]
    assert counts == [1, 2, 1, 2, 1]
    assert recount_loads(year=qingzhu.year, check=True) == []
    assert rebuild_ticks(year=qingzhu.year, on=TODAY, check=True) == []


def test_two_letters_in_one_term_want_a_choice(qingzhu: SchoolCast, double: Pupil) -> None:
    kept = qingzhu.pupils[0]
    ours = letter(qingzhu, qingzhu.mentor, kept)
    theirs = letter(qingzhu, qingzhu.colleague, double)
    with pytest.raises(DomainError) as refusal:
        merge_pupils(actor=admin(qingzhu), kept=kept, other=double)
    assert refusal.value.code == "letters_clash"
    assert Pupil.objects.filter(pk=double.pk).exists()
    merge_pupils(actor=admin(qingzhu), kept=kept, other=double, keep_letters_of=double.pk)
    assert [row.pk for row in GrowthLetter.objects.present().filter(pupil=kept)] == [theirs.pk]
    assert GrowthLetter.objects.get(pk=ours.pk).deleted_at is not None


def test_two_numbers_are_two_children(qingzhu: SchoolCast) -> None:
    kept, other = qingzhu.pupils
    with pytest.raises(DomainError) as refusal:
        merge_pupils(actor=admin(qingzhu), kept=kept, other=other)
    assert refusal.value.code == "two_numbers"
    assert Pupil.objects.filter(pk=other.pk).exists()


def test_the_number_of_the_other_entry_is_taken_over(qingzhu: SchoolCast, double: Pupil) -> None:
    numbered = qingzhu.pupils[0]
    number = numbered.student_number
    merge_pupils(actor=admin(qingzhu), kept=double, other=numbered)
    double.refresh_from_db()
    assert double.student_number == number
    assert [a.mentor.names for a in Assignment.objects.active().filter(pupil=double)] == ["苏禾"]


def test_only_the_own_schools_admin_merges(qingzhu: SchoolCast, other: SchoolCast, double: Pupil) -> None:
    kept = qingzhu.pupils[0]
    teacher, twin = Teacher.objects.get(user=qingzhu.mentor), TeacherFactory.create(school=qingzhu.school)

    def codes(actor: Actor) -> list[str]:
        found = []
        for call in (
            lambda: merge_pupils(actor=actor, kept=kept, other=double),
            lambda: merge_teachers(actor=actor, kept=teacher, other=twin),
        ):
            with pytest.raises(DomainError) as refusal:
                call()
            found.append(refusal.value.code)
        return found

    assert codes(admin(other)) == ["other_school"] * 2
    for part in ("office", "homeroom", "mentor", "leader"):
        assert codes(qingzhu.actor(qingzhu.people[part])) == ["not_allowed"] * 2
    with pytest.raises(DomainError) as refusal:
        merge_pupils(actor=admin(qingzhu), kept=kept, other=other.pupils[0])
    assert refusal.value.code == "other_school"
    with pytest.raises(DomainError) as refusal:
        merge_pupils(actor=admin(qingzhu), kept=kept, other=kept)
    assert refusal.value.code == "same_entry"


# --- Teachers ---------------------------------------------------------------------------------------------------------
def test_a_teachers_second_entry_gives_slot_records_and_roles(qingzhu: SchoolCast) -> None:
    other = Teacher.objects.get(user=qingzhu.mentor)
    user = create_user(actor=qingzhu.system, username="lin2", name="林小满", school=qingzhu.school)
    grant_role(actor=qingzhu.system, user=user, role=Role.COUNSELLOR, school=qingzhu.school)
    kept = TeacherFactory.create(school=qingzhu.school, name="林小满", user=user)
    record = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], teachers=[other])
    merge = draw_teacher_merge(actor=admin(qingzhu), kept=kept, other=other)
    assert (merge.moving, merge.refusal) == ([("导师名额", 1), ("参加的家访", 1), ("写下的记录", 1), ("角色", 1)], "")
    merge_teachers(actor=admin(qingzhu), kept=kept, other=other)
    record.refresh_from_db()
    assert (record.created_by, list(record.teachers.all())) == (user, [kept])
    assert list(MentorMember.objects.filter(teacher=kept).values_list("mentor_id", flat=True)) == [qingzhu.slot.pk]
    roles = RoleGrant.objects.filter(user=user, ends_on=None).order_by("role")
    assert [grant.role for grant in roles] == [Role.COUNSELLOR, Role.MENTOR]
    former = User.objects.get(pk=qingzhu.mentor.pk)
    assert (former.is_active, RoleGrant.objects.filter(user=former, ends_on=None).count()) == (False, 0)
    assert Teacher.objects.filter(school=qingzhu.school, name="林小满").count() == 1


def test_a_record_book_stays_with_its_slot_and_its_checker_with_the_account(qingzhu: SchoolCast) -> None:
    user = create_user(actor=qingzhu.system, username="lin2", name="林小满", school=qingzhu.school)
    kept = TeacherFactory.create(school=qingzhu.school, name="林小满", user=user)
    row = {"school": qingzhu.school, "term": qingzhu.year.terms.get(number=1), "issued_on": TODAY}
    own = BookHandling.objects.create(**row, mentor=qingzhu.slot)
    checked = {"collected_on": TODAY, "checked_on": TODAY, "checked_by": qingzhu.mentor}
    read = BookHandling.objects.create(**row, **checked, mentor=qingzhu.slot_colleague)
    merge_teachers(actor=admin(qingzhu), kept=kept, other=Teacher.objects.get(user=qingzhu.mentor))
    own.refresh_from_db()
    read.refresh_from_db()
    assert ([m.teacher for m in own.mentor.members.all()], read.checked_by) == ([kept], user)


def test_what_one_account_did_to_letters_is_the_kept_accounts_afterwards(qingzhu: SchoolCast) -> None:
    """Seen: authors moved, but who had read, changed and released a letter stayed with the closed account."""
    user = create_user(actor=qingzhu.system, username="lin2", name="林小满", school=qingzhu.school)
    kept = TeacherFactory.create(school=qingzhu.school, name="林小满", user=user)
    acts = dict.fromkeys(("accepted_by", "edited_by", "released_by"), qingzhu.mentor)
    written = letter(qingzhu, qingzhu.colleague, qingzhu.pupil_of_colleague)
    GrowthLetter.objects.filter(pk=written.pk).update(**acts)
    merge_teachers(actor=admin(qingzhu), kept=kept, other=Teacher.objects.get(user=qingzhu.mentor))
    written.refresh_from_db()
    assert {name: getattr(written, name) for name in acts} == dict.fromkeys(acts, user)
    assert written.created_by == qingzhu.colleague


def test_an_account_goes_to_the_entry_without_one(qingzhu: SchoolCast) -> None:
    kept = TeacherFactory.create(school=qingzhu.school, name="林小满")
    merge_teachers(actor=admin(qingzhu), kept=kept, other=Teacher.objects.get(user=qingzhu.mentor))
    kept.refresh_from_db()
    assert kept.user == qingzhu.mentor
    assert User.objects.get(pk=qingzhu.mentor.pk).is_active


def test_two_slots_in_one_year_are_refused(qingzhu: SchoolCast) -> None:
    kept, other = Teacher.objects.get(user=qingzhu.mentor), Teacher.objects.get(user=qingzhu.colleague)
    with pytest.raises(DomainError) as refusal:
        merge_teachers(actor=admin(qingzhu), kept=kept, other=other)
    assert refusal.value.code == "two_slots"
    assert "2026学年" in refusal.value.message
    assert Teacher.objects.filter(pk=other.pk).exists()


@pytest.mark.parametrize("confided", ["note", "referral", "card", "draft"])
def test_nobody_gets_at_what_was_confided_to_another_by_merging_them_into_the_own_entry(
    qingzhu: SchoolCast, confided: str
) -> None:
    """An administrator merged a teacher with 仅本人 notes into the own entry and read them."""
    own = TeacherFactory.create(school=qingzhu.school, user=qingzhu.admin, name="管一鸣")
    victim = Teacher.objects.get(user=qingzhu.mentor)
    if confided == "note":
        talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0], visibility=NoteVisibility.AUTHOR)
    elif confided == "referral":
        refer(actor=qingzhu.actor(qingzhu.mentor), pupil=qingzhu.pupils[0], text="想请您看看", submission=uuid.uuid4())
    elif confided == "card":
        card(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    else:
        key = f"talk/new/{qingzhu.pupils[0].pk}"
        save_draft(actor=qingzhu.actor(qingzhu.mentor), key=key, content={"text": ["还没写完"]}, stamp="aaaaaaaaaaaa.1")
    with pytest.raises(DomainError) as refused:
        merge_teachers(actor=admin(qingzhu), kept=own, other=victim)
    assert ("只给本人看" in refused.value.message, Teacher.objects.filter(pk=victim.pk).count()) == (True, 1)


def test_without_anything_confided_the_own_second_entry_is_merged(qingzhu: SchoolCast) -> None:
    own = TeacherFactory.create(school=qingzhu.school, user=qingzhu.admin, name="管一鸣")
    merge_teachers(actor=admin(qingzhu), kept=own, other=Teacher.objects.get(user=qingzhu.sharer))
    assert Teacher.objects.filter(user=qingzhu.sharer).count() == 0
