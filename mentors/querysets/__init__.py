"""Querysets of the mentors' tables, named for the screens that use them."""

from mentors.querysets.care import (
    MentorCardQuerySet,
    MentorWishQuerySet,
    ReadinessCaseQuerySet,
    TrainingSessionQuerySet,
)
from mentors.querysets.rounds import (
    BoardSaveQuerySet,
    ChoiceSheetQuerySet,
    ClubQuerySet,
    MatchingRoundQuerySet,
    PlacementQuerySet,
    RoundMentorQuerySet,
)
from mentors.querysets.slots import (
    AssignmentQuerySet,
    CapExceptionQuerySet,
    MentorQuerySet,
    RollOverQuerySet,
    TeacherQuerySet,
)
from mentors.querysets.team import CaseMeetingQuerySet, HandOverNoteQuerySet

__all__ = [
    "AssignmentQuerySet",
    "BoardSaveQuerySet",
    "CapExceptionQuerySet",
    "CaseMeetingQuerySet",
    "ChoiceSheetQuerySet",
    "ClubQuerySet",
    "HandOverNoteQuerySet",
    "MatchingRoundQuerySet",
    "MentorCardQuerySet",
    "MentorQuerySet",
    "MentorWishQuerySet",
    "PlacementQuerySet",
    "ReadinessCaseQuerySet",
    "RollOverQuerySet",
    "RoundMentorQuerySet",
    "TeacherQuerySet",
    "TrainingSessionQuerySet",
]
