"""The only writers of visits, talks, letters and ticks."""

from records.services.letter_office import release_letters, return_letter
from records.services.letters import hand_in_letter, mark_letter_read, save_letter_draft
from records.services.merge import (
    PupilMerge,
    TeacherMerge,
    draw_pupil_merge,
    draw_teacher_merge,
    merge_pupils,
    merge_teachers,
)
from records.services.notes import TalkData, VisitData, log_talk, log_visit, update_talk, update_visit
from records.services.plan import PlanChange, change_plan, follow_plan
from records.services.ticks import TickDifference, rebuild_ticks, refresh_ticks

__all__ = [
    "PlanChange",
    "PupilMerge",
    "TalkData",
    "TeacherMerge",
    "TickDifference",
    "VisitData",
    "change_plan",
    "draw_pupil_merge",
    "draw_teacher_merge",
    "follow_plan",
    "hand_in_letter",
    "log_talk",
    "log_visit",
    "mark_letter_read",
    "merge_pupils",
    "merge_teachers",
    "rebuild_ticks",
    "refresh_ticks",
    "release_letters",
    "return_letter",
    "save_letter_draft",
    "update_talk",
    "update_visit",
]
