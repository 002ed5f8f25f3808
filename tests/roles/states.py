"""What a school that is lived in holds besides one object of each kind: things waiting, closed, deleted, left."""

import datetime
import uuid
from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.clock import now
from jobs.enums import JobState
from jobs.models import ImportBatch, Job
from mentors.enums import AssignmentOrigin, MatchRule, RoundState
from mentors.rounds.models import Club, MatchingRound
from mentors.rounds.services.clubs import add_members
from mentors.services.assignments import assign_pupil, withdraw_pupil
from mentors.staff.services.transfers import retire_teacher
from records.care.services.referrals import acknowledge, close, refer
from records.care.services.tree_hole import (
    TreeHoleData,
    answer_tree_hole_card,
    close_tree_hole_card,
    decide_home,
    hand_in_tree_hole_card,
)
from records.desk.services.deletion import delete_note
from records.enums import TreeHoleSubject, TreeHoleWish
from records.letters.services.office import schedule_release
from records.models.records import GrowthLetter
from schools.enums import MatchingMode
from schools.models import Grade
from students.enums import EndReason
from students.services import issue_slips
from tests.cast import TODAY, EnrolmentFactory, SchoolCast, TeacherFactory
from tests.imports.conftest import STUDENT_HEADER, book, pupil
from tests.records.builders import letter, released_letter, term_of, visit


def live_in(cast: SchoolCast, client_of: Callable[[User], Client]) -> None:
    """Fill `cast`, whose world is built, with what only some day brings: each state that a page shows a button for."""
    office, admin = cast.actor(cast.office), cast.actor(cast.admin)
    read = released_letter(cast, cast.colleague, cast.pupil_of_colleague)
    GrowthLetter.objects.filter(pk=read.pk).update(read_at=now())
    schedule_release(
        actor=office,
        term=term_of(cast),
        letter_ids=[letter(cast, cast.mentor, cast.pupils[1]).pk],
        at=now() + datetime.timedelta(days=1),
    )
    letter(cast, cast.sharer, cast.pupil_shared)
    new = EnrolmentFactory.create(school_class=cast.class_one, pupil__name="新来的").pupil
    assign_pupil(actor=cast.system, pupil=new, mentor=cast.slot, origin=AssignmentOrigin.HOMEROOM)
    delete_note(actor=cast.actor(cast.mentor), record=visit(cast, cast.mentor, cast.pupils[1]))
    _imports(client_of(cast.admin))
    Job.objects.create(
        school=cast.school,
        kind="record_books",
        title="排队",
        state=JobState.QUEUED,
        created_by=cast.office,
        expires_at=now() + datetime.timedelta(days=1),
    )
    _care(cast)
    club = Club.objects.get(school=cast.school)
    add_members(actor=office, club=club, pupil_ids=[cast.pupils[1].pk])
    gone = EnrolmentFactory.create(school_class=cast.class_one, pupil__name="戚远").pupil
    withdraw_pupil(actor=admin, pupil=gone, year=cast.year, reason=EndReason.TRANSFER_OUT)
    left = TeacherFactory.create(school=cast.school, name="已离岗")
    retire_teacher(actor=admin, teacher=left, left_on=TODAY)
    MatchingRound.objects.create(
        school=cast.school,
        year=cast.year,
        grade=Grade.objects.get(school=cast.school, number=3),
        name="还没开始",
        mode=MatchingMode.CHOICE,
        state=RoundState.SETUP,
        rule=MatchRule.SATISFACTION,
        seed=2,
    )


def _imports(admin: Client) -> None:
    """One that waits to be confirmed, one with errors, one that is done."""
    wrong = [pupil(2, "", "一<1>"), pupil(3, "乙一", "九<9>")]
    for rows in ([pupil(1, "甲一", "一<1>")], wrong, [pupil(4, "丙一", "一<1>")]):
        admin.post(
            reverse("imports:upload"),
            {"kind": "students", "file": SimpleUploadedFile("名册.xlsx", book(STUDENT_HEADER, *rows))},
        )
    admin.post(reverse("imports:confirm", args=[ImportBatch.objects.latest("pk").pk]))


def _care(cast: SchoolCast) -> None:
    """A referral taken and one closed, a card answered twice and one closed."""
    counsellor, mentor = cast.actor(cast.counsellor), cast.actor(cast.mentor)
    _taken, done = (
        acknowledge(actor=counsellor, referral=refer(actor=mentor, pupil=child, text="", submission=uuid.uuid4()))
        for child in cast.pupils
    )
    close(actor=counsellor, referral=done)
    slip = issue_slips(actor=cast.actor(cast.office), pupils=[cast.pupils[0]])[cast.pupils[0].pk]
    teacher = cast.slot.members.get().teacher
    for number in range(2):
        card = hand_in_tree_hole_card(
            slip=slip,
            teacher=teacher,
            data=TreeHoleData(subject=TreeHoleSubject.MOOD, text=f"第 {number} 张", wish=TreeHoleWish.WRITE),
            submission=uuid.uuid4(),
        )
        card = answer_tree_hole_card(actor=mentor, card=card, text="读过了", version=card.version)
    card = decide_home(actor=mentor, card=card, contacted=False, reason="", version=card.version)
    close_tree_hole_card(actor=mentor, card=card)
