"""The tables of records: visits, talks and letters, what surrounds them, and what reaches the counsellor."""

from records.desk.models import (
    Attachment,
    Draft,
    LetterReply,
    Reading,
    RecordVersion,
    VisitPlan,
    VisitWish,
)
from records.models.care import Referral, TreeHoleCard
from records.models.records import (
    GrowthLetter,
    HeartTalk,
    HomeVisit,
    Note,
    Record,
    Reminder,
    Tick,
)
from records.papers.models import BookHandling

__all__ = [
    "Attachment",
    "BookHandling",
    "Draft",
    "GrowthLetter",
    "HeartTalk",
    "HomeVisit",
    "LetterReply",
    "Note",
    "Reading",
    "Record",
    "RecordVersion",
    "Referral",
    "Reminder",
    "Tick",
    "TreeHoleCard",
    "VisitPlan",
    "VisitWish",
]
