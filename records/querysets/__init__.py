"""Querysets of the records, named for the screens that use them."""

from records.querysets.care import ReferralQuerySet, TreeHoleCardQuerySet
from records.querysets.desk import (
    AttachmentQuerySet,
    DraftQuerySet,
    LetterReplyQuerySet,
    ReadingQuerySet,
    RecordVersionQuerySet,
    VisitPlanQuerySet,
)
from records.querysets.records import (
    GrowthLetterQuerySet,
    HeartTalkQuerySet,
    HomeVisitQuerySet,
    RecordQuerySet,
    TickQuerySet,
    pupils_in_reach,
)
from records.querysets.shelf import BookHandlingQuerySet

__all__ = [
    "AttachmentQuerySet",
    "BookHandlingQuerySet",
    "DraftQuerySet",
    "GrowthLetterQuerySet",
    "HeartTalkQuerySet",
    "HomeVisitQuerySet",
    "LetterReplyQuerySet",
    "ReadingQuerySet",
    "RecordQuerySet",
    "RecordVersionQuerySet",
    "ReferralQuerySet",
    "TickQuerySet",
    "TreeHoleCardQuerySet",
    "VisitPlanQuerySet",
    "pupils_in_reach",
]
