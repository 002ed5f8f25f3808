"""What of the mentors' tables moves when two entries of one person become one; called under the merge's locks."""

from django.db.models import Model

from accounts.models import User
from mentors.enums import ReadinessState, WishState
from mentors.models.slots import Teacher
from mentors.rounds.models import ChoiceSheet, ClubMember, MentorMark, Placement
from mentors.staff.models import MentorCard, MentorWish, ReadinessCase, TrainingSession
from mentors.team.models import CaseMeeting, HandOverNote
from students.models import Pupil


def join_pupil(*, kept: Pupil, other: Pupil) -> None:
    """Case meetings, hand-over notes, wishes and everything of rounds and clubs: `other`'s become `kept`'s.

    Where both entries have one and only one can stay (a choice sheet of one round), the kept entry's stays.
    """
    for meeting in CaseMeeting.objects.filter(pupils=other):
        meeting.pupils.add(kept)
        meeting.pupils.remove(other)
    HandOverNote.objects.filter(pupil=other).update(pupil=kept)
    if MentorWish.objects.filter(pupil=kept, state=WishState.OPEN).exists():
        MentorWish.objects.filter(pupil=other, state=WishState.OPEN).delete()
    MentorWish.objects.filter(pupil=other).update(pupil=kept)
    parents: tuple[tuple[type[Model], str], ...] = (
        (ChoiceSheet, "round"),
        (Placement, "round"),
        (MentorMark, "candidate"),
        (ClubMember, "year"),
    )
    for model, parent in parents:
        rows = model._default_manager.filter(pupil=other)
        ours = model._default_manager.filter(pupil=kept).values(parent)
        rows.filter(**{f"{parent}__in": ours}).delete()
        model._default_manager.filter(pupil=other).update(pupil=kept)


def join_teacher(*, kept: Teacher, other: Teacher) -> None:
    """Attended trainings and meetings, the mentor card, and readiness: `other`'s become `kept`'s, unsaid."""
    for session in TrainingSession.objects.filter(teachers=other):
        session.teachers.add(kept)
        session.teachers.remove(other)
    for meeting in CaseMeeting.objects.filter(teachers=other):
        meeting.teachers.add(kept)
        meeting.teachers.remove(other)
    if not MentorCard.objects.filter(teacher=kept).exists():
        MentorCard.objects.filter(teacher=other).update(teacher=kept)
    MentorCard.objects.filter(teacher=other).delete()
    unready = ReadinessCase.objects.exclude(state=ReadinessState.READY)
    if unready.filter(teacher=kept).exists():
        unready.filter(teacher=other).delete()
    ReadinessCase.objects.filter(teacher=other).update(teacher=kept)


def join_author(*, kept: User, other: User) -> None:
    """What the account `other` wrote of meetings and hand-over notes is `kept`'s from now on."""
    CaseMeeting.objects.filter(created_by=other).update(created_by=kept)
    HandOverNote.objects.filter(written_by=other).update(written_by=kept)
