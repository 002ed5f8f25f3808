"""The tables of records: visits, talks and letters, what surrounds them, the counsellor's, and the plan as a text."""

from records.announcing.models import Announcement, AnnouncementFile, Edition, Receipt
from records.bureau.models import CityCount, CityPlan, CityPlanTaken, Commendation, CountedTerm, KeptCount, VisitDay
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
    Tick,
)
from records.papers.models import BookCheckItem, BookHandling
from records.recognition.models import Award, AwardRound, ExperienceNote, Nomination, RubricSheet
from records.reminding.models import (
    Reminder,
    ReminderPause,
    ReminderRule,
    ReminderSettings,
)
from records.settling.models import TermComment
from records.setup.models import DocumentFile, DocumentMember, PlanDocument

__all__ = [
    "Announcement",
    "AnnouncementFile",
    "Attachment",
    "Award",
    "AwardRound",
    "BookCheckItem",
    "BookHandling",
    "CityCount",
    "CityPlan",
    "CityPlanTaken",
    "Commendation",
    "CountedTerm",
    "DocumentFile",
    "DocumentMember",
    "Draft",
    "Edition",
    "ExperienceNote",
    "GrowthLetter",
    "HeartTalk",
    "HomeVisit",
    "KeptCount",
    "LetterReply",
    "Nomination",
    "Note",
    "PlanDocument",
    "Reading",
    "Receipt",
    "Record",
    "RecordVersion",
    "Referral",
    "Reminder",
    "ReminderPause",
    "ReminderRule",
    "ReminderSettings",
    "RubricSheet",
    "TermComment",
    "Tick",
    "TreeHoleCard",
    "VisitDay",
    "VisitPlan",
    "VisitWish",
]
