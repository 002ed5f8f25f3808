"""Carrying on 沿用: who was a pupil's mentor last year and still is one this year."""

from collections.abc import Collection

from django.db import models

from mentors.enums import AssignmentKind
from mentors.models.slots import Assignment, MentorMember
from schools.models import SchoolYear


def former_mentors(year: SchoolYear, pupil_ids: Collection[int]) -> dict[int, int]:
    """This year's slot (key) of the teacher who was the pupil's main mentor at the end of last year, by pupil.

    Of two who shared a slot the first who still mentors; pupils whose mentor left or mentors no longer are missing.
    Two queries.
    """
    members = MentorMember.objects.filter(
        year__school_id=year.school_id, year__start_year__in=(year.start_year - 1, year.start_year)
    )
    slot_of: dict[int, int] = {}
    teachers: dict[int, list[int]] = {}
    for mentor_id, teacher_id, year_id, left_on in members.order_by("mentor_id", "position").values_list(
        "mentor_id", "teacher_id", "year_id", "teacher__left_on"
    ):
        if year_id != year.pk:
            teachers.setdefault(mentor_id, []).append(teacher_id)
        elif left_on is None:
            slot_of[teacher_id] = mentor_id
    wanted = set(pupil_ids)
    last: dict[int, int] = dict(
        Assignment.objects.filter(mentor_id__in=teachers, kind=AssignmentKind.MAIN)
        # The last to end, not to begin: a move that was taken back the same day ended before.
        .order_by(models.F("ends_on").asc(nulls_last=True), "starts_on", "pk")
        .values_list("pupil_id", "mentor_id")
    )
    answer = {}
    for pupil_id, mentor_id in last.items():
        slot = next((slot_of[t] for t in teachers[mentor_id] if t in slot_of), None)
        if pupil_id in wanted and slot is not None:
            answer[pupil_id] = slot
    return answer
