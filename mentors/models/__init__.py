"""The tables of mentors: slots and assignments, matching rounds, and what surrounds them."""

from mentors.models.slots import (
    Assignment,
    CapException,
    Mentor,
    MentorMember,
    RollOver,
    Teacher,
    TeamMember,
)
from mentors.rounds.models import (
    BoardSave,
    Choice,
    ChoiceSheet,
    Club,
    ClubMember,
    MatchingRound,
    MentorMark,
    Placement,
    RoundMentor,
)
from mentors.staff.models import MentorCard, MentorWish, ReadinessCase, TrainingFile, TrainingSession
from mentors.team.models import CaseMeeting, HandOverNote

__all__ = [
    "Assignment",
    "BoardSave",
    "CapException",
    "CaseMeeting",
    "Choice",
    "ChoiceSheet",
    "Club",
    "ClubMember",
    "HandOverNote",
    "MatchingRound",
    "Mentor",
    "MentorCard",
    "MentorMark",
    "MentorMember",
    "MentorWish",
    "Placement",
    "ReadinessCase",
    "RollOver",
    "RoundMentor",
    "Teacher",
    "TeamMember",
    "TrainingFile",
    "TrainingSession",
]
