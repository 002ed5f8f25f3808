"""Hand-over notes 交接说明: who writes, who reads, and that the next mentor learns of them without a name."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from core.errors import DomainError
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, Teacher
from mentors.services.assignments import assign_pupil
from mentors.team.models import HandOverNote
from mentors.team.services.handover import ask_for_notes, write_note
from notices.models import Notice
from schools.models import SchoolYear
from students.models import Pupil
from tests.cast import SINCE, SchoolCast

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
TEXT = "聊画画比聊成绩容易打开话题。"


def note_of(
    cast: SchoolCast, by: User, pupil: Pupil | None = None, submission: uuid.UUID | None = None
) -> HandOverNote:
    return write_note(
        actor=cast.actor(by), pupil=pupil or cast.pupils[0], text=TEXT, submission=submission or uuid.uuid4()
    )


def move(cast: SchoolCast, pupil: Pupil) -> None:
    """The pupil goes to the colleague; the former assignment began before today, as in life."""
    Assignment.objects.filter(pupil=pupil).update(starts_on=SINCE)
    assign_pupil(actor=cast.system, pupil=pupil, mentor=cast.slot_colleague, origin=AssignmentOrigin.OFFICE)


def code(call: Callable[[], object]) -> str:
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.code


def test_a_present_mentor_a_former_one_and_the_homeroom_teacher_write(qingzhu: SchoolCast) -> None:
    assert note_of(qingzhu, qingzhu.mentor).from_mentor == qingzhu.slot
    assert note_of(qingzhu, qingzhu.homeroom).from_mentor == qingzhu.slot
    move(qingzhu, qingzhu.pupils[0])
    assert note_of(qingzhu, qingzhu.mentor).from_mentor == qingzhu.slot
    assert note_of(qingzhu, qingzhu.colleague).from_mentor == qingzhu.slot_colleague


def test_others_do_not_write(qingzhu: SchoolCast, other: SchoolCast) -> None:
    for user in (qingzhu.colleague, qingzhu.sharer, qingzhu.office, qingzhu.admin, qingzhu.leader, qingzhu.counsellor):
        assert code(lambda user=user: note_of(qingzhu, user)) == "not_allowed"  # type: ignore[misc]  # bound per turn
    assert code(lambda: note_of(other, other.mentor, qingzhu.pupils[0])) == "other_school"
    assert code(lambda: note_of(qingzhu, qingzhu.homeroom, qingzhu.pupil_unassigned)) == "no_mentor"


@pytest.mark.parametrize("start_year,answer", [(2025, ""), (2024, "not_allowed")])
def test_a_mentor_of_last_year_writes_one_of_the_year_before_does_not(
    qingzhu: SchoolCast, start_year: int, answer: str
) -> None:
    move(qingzhu, qingzhu.pupils[0])
    year = SchoolYear.objects.create(
        school=qingzhu.school, start_year=start_year, starts_on=SINCE, ends_on=qingzhu.year.ends_on
    )
    Assignment.objects.filter(mentor=qingzhu.slot).update(year=year)
    if answer:
        assert code(lambda: note_of(qingzhu, qingzhu.mentor)) == answer
    else:
        assert note_of(qingzhu, qingzhu.mentor).from_mentor == qingzhu.slot


def test_a_double_click_writes_one_note(qingzhu: SchoolCast) -> None:
    key = uuid.uuid4()
    first, second = note_of(qingzhu, qingzhu.mentor, submission=key), note_of(qingzhu, qingzhu.mentor, submission=key)
    assert first.pk == second.pk
    assert code(lambda: note_of(qingzhu, qingzhu.homeroom, submission=key)) == "submission_taken"
    assert AuditEntry.objects.get(verb="write_handover").detail == {}


def test_a_note_written_after_the_move_tells_the_new_mentor_without_a_name(qingzhu: SchoolCast) -> None:
    note_of(qingzhu, qingzhu.mentor)
    assert Notice.objects.filter(kind="handover").count() == 0
    move(qingzhu, qingzhu.pupils[0])
    note_of(qingzhu, qingzhu.mentor)
    notice = Notice.objects.get(kind="handover")
    assert (notice.recipient, notice.link) == (
        qingzhu.colleague,
        reverse("desk:pupil", args=[qingzhu.pupils[0].pk]),
    )
    words = notice.title + notice.body
    assert (words.count(qingzhu.pupils[0].name), words.count(TEXT)) == (0, 0)


def test_the_next_mentor_and_the_office_read_it_on_the_pupils_page(qingzhu: SchoolCast, client_of: SignIn) -> None:
    pupil = qingzhu.pupils[0]
    note_of(qingzhu, qingzhu.mentor)
    move(qingzhu, pupil)
    url = reverse("desk:pupil", args=[pupil.pk])

    def shown(user: User) -> tuple[int, int]:
        body = client_of(user).get(url).content.decode()
        return body.count(TEXT), body.count(reverse("handover:write", args=[pupil.pk]))

    assert shown(qingzhu.colleague) == (1, 1)
    assert shown(qingzhu.mentor) == (1, 1)
    assert shown(qingzhu.office) == (1, 0)
    # The homeroom teacher writes notes, and reads the own ones.
    assert shown(qingzhu.homeroom) == (0, 1)


def test_a_note_is_written_on_its_page(qingzhu: SchoolCast, other: SchoolCast, client_of: SignIn) -> None:
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    url = reverse("handover:write", args=[pupil.pk])
    assert "谁可以看：我、这位同学现在的导师、德育室" in client.get(url).content.decode()
    assert client.post(url, {"submission": str(uuid.uuid4()), "text": "  "}).status_code == 422
    sent = {"submission": str(uuid.uuid4()), "text": TEXT}
    assert client.post(url, sent)["Location"] == reverse("desk:pupil", args=[pupil.pk])
    assert client.post(url, sent | {"text": "别的话"}).status_code == 422
    assert HandOverNote.objects.get().text == TEXT
    assert client_of(qingzhu.colleague).get(url).status_code == 403
    assert client_of(other.mentor).get(url).status_code == 404


def test_the_admin_asks_a_leaving_teacher_once_a_day(qingzhu: SchoolCast, client_of: SignIn) -> None:
    admin, teacher = qingzhu.actor(qingzhu.admin), Teacher.objects.get(user=qingzhu.mentor)
    assert (ask_for_notes(actor=admin, teacher=teacher), ask_for_notes(actor=admin, teacher=teacher)) == (True, False)
    assert list(Notice.objects.filter(kind="handover").values_list("recipient_id", "link")) == [
        (qingzhu.mentor.pk, reverse("desk:home"))
    ]
    without = Teacher.objects.get(name="石磊", school=qingzhu.school)
    assert code(lambda: ask_for_notes(actor=admin, teacher=without)) == "no_account"
    assert code(lambda: ask_for_notes(actor=qingzhu.actor(qingzhu.office), teacher=teacher)) == "not_allowed"
    answer = client_of(qingzhu.admin).post(reverse("manage:ask_notes", args=[teacher.pk]))
    assert answer["Location"] == reverse("manage:leave", args=[teacher.pk])
