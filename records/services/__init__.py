"""The only writers of visits, talks, letters and ticks."""

from records.services.letters import (
    hand_in_letter,
    mark_letter_read,
    release_letters,
    return_letter,
    save_letter_draft,
)
from records.services.notes import TalkData, VisitData, log_talk, log_visit, update_talk, update_visit
from records.services.plan import PlanChange, change_plan, follow_plan
from records.services.ticks import TickDifference, rebuild_ticks, refresh_ticks

__all__ = [
    "PlanChange",
    "TalkData",
    "TickDifference",
    "VisitData",
    "change_plan",
    "follow_plan",
    "hand_in_letter",
    "log_talk",
    "log_visit",
    "mark_letter_read",
    "rebuild_ticks",
    "refresh_ticks",
    "release_letters",
    "return_letter",
    "save_letter_draft",
    "update_talk",
    "update_visit",
]
