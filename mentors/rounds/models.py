"""Matching rounds 匹配: who may be chosen, what was chosen, the draft; the class board's joint saves; clubs."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.constraints import one_of
from mentors.enums import (
    MatchRule,
    MatchTieBreak,
    MentorMarkKind,
    PlacementHow,
    PlacementReason,
    RoundState,
    SheetSource,
)
from mentors.models.slots import Mentor
from mentors.rounds.querysets import (
    BoardSaveQuerySet,
    ChoiceSheetQuerySet,
    ClubQuerySet,
    MatchingRoundQuerySet,
    PlacementQuerySet,
    RoundMentorQuerySet,
)
from schools.enums import MatchingMode
from schools.models import Grade, SchoolClass, SchoolYear
from schools.owned import SchoolOwned
from students.models import Pupil


class MatchingRound(SchoolOwned):
    """A matching round 意向征询 of one grade: asked, drafted, looked at, adjusted, published (Guyi plan 四(二)).

    `rule`, `seed` and `tie_break` with the stored choices give the same draft again, for anybody.
    """

    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="rounds")
    grade = models.ForeignKey(Grade, models.PROTECT, related_name="+")
    name = models.CharField("名称", max_length=60)
    mode = models.CharField("匹配方式", max_length=10, choices=MatchingMode)
    state = models.CharField(max_length=10, choices=RoundState, default=RoundState.SETUP)
    opens_at = models.DateTimeField("开始时间", null=True, blank=True)
    closes_at = models.DateTimeField("截止时间", null=True, blank=True)
    max_choices = models.PositiveSmallIntegerField("每人最多选几位", default=3)
    rule = models.CharField("匹配规则", max_length=12, choices=MatchRule)
    tie_break = models.CharField("条件相同时", max_length=8, choices=MatchTieBreak, default=MatchTieBreak.LOTTERY)
    seed = models.PositiveIntegerField("抽签种子")
    keep_former = models.BooleanField("先沿用上一学年的导师", default=False)
    rematch = models.BooleanField("已有导师的学生也重新匹配", default=False)
    fill = models.BooleanField("没选上的学生均匀安排到有名额的导师", default=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    drafted_at = models.DateTimeField(null=True, blank=True)
    # What the draft was reckoned from and came to: equal means that anybody who repeats it gets the same.
    digest = models.CharField(max_length=64, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = MatchingRoundQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["year", "grade"],
                condition=Q(state__in=[RoundState.SETUP, RoundState.OPEN]),
                name="round_one_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(mode=MatchingMode.HOMEROOM), name="round_mode_has_rounds"),
            models.CheckConstraint(condition=~Q(name=""), name="round_name_given"),
            models.CheckConstraint(condition=Q(max_choices__gte=1, max_choices__lte=10), name="round_choices_sensible"),
            models.CheckConstraint(
                condition=Q(closes_at__isnull=True) | Q(opens_at__isnull=True) | Q(closes_at__gt=F("opens_at")),
                name="round_dates_ordered",
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.OPEN) | Q(opens_at__isnull=False, closes_at__isnull=False),
                name="round_open_has_dates",
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.PUBLISHED) | Q(published_at__isnull=False),
                name="round_publication_dated",
            ),
            one_of("mode", MatchingMode, name="round_mode_known"),
            one_of("state", RoundState, name="round_state_known"),
            one_of("rule", MatchRule, name="round_rule_known"),
            one_of("tie_break", MatchTieBreak, name="round_tie_break_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def asks_pupils(self) -> bool:
        """Whether pupils rank mentors in this round."""
        return self.mode in (MatchingMode.CHOICE, MatchingMode.TWO_SIDED)

    @property
    def asks_mentors(self) -> bool:
        """Whether mentors mark pupils in this round."""
        return self.mode == MatchingMode.TWO_SIDED


class RoundMentor(SchoolOwned):
    """A mentor who can be chosen in a round, and by whom: one class, several, or the whole grade."""

    round = models.ForeignKey(MatchingRound, models.CASCADE, related_name="candidates")
    mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="candidacies")
    # The number on the printed list and form, which the paper grid is typed with.
    number = models.PositiveSmallIntegerField("编号")
    whole_grade = models.BooleanField("面向全年级", default=False)
    classes: "models.ManyToManyField[SchoolClass, models.Model]" = models.ManyToManyField(
        SchoolClass, related_name="+", blank=True
    )

    objects = RoundMentorQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "mentor"], name="roundmentor_once"),
            models.UniqueConstraint(fields=["round", "number"], name="roundmentor_number_once"),
        ]

    def __str__(self) -> str:
        return f"mentor {self.mentor_id} in round {self.round_id}"


class ChoiceSheet(SchoolOwned):
    """What one pupil handed in 意向表, on the phone or typed in from paper; handed in again it is replaced."""

    round = models.ForeignKey(MatchingRound, models.CASCADE, related_name="sheets")
    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="choice_sheets")
    source = models.CharField(max_length=5, choices=SheetSource)
    # Whoever typed a paper form in; empty when it came in by the slip.
    entered_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = ChoiceSheetQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "pupil"], name="sheet_one_per_pupil"),
            one_of("source", SheetSource, name="sheet_source_known"),
        ]

    def __str__(self) -> str:
        return f"sheet of pupil {self.pupil_id} in round {self.round_id}"


class Choice(SchoolOwned):
    """One of a pupil's choices 志愿, the first being rank 1, with an optional reason."""

    sheet = models.ForeignKey(ChoiceSheet, models.CASCADE, related_name="choices")
    mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()
    reason = models.CharField("理由", max_length=100, blank=True)

    class Meta:
        ordering: ClassVar = ["rank"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sheet", "rank"], name="choice_rank_once"),
            models.UniqueConstraint(fields=["sheet", "mentor"], name="choice_mentor_once"),
            models.CheckConstraint(condition=Q(rank__gte=1, rank__lte=10), name="choice_rank_sensible"),
        ]

    def __str__(self) -> str:
        return f"choice {self.rank} of sheet {self.sheet_id}"


class MentorMark(SchoolOwned):
    """What a mentor says of a pupil in a two-sided round 双向选择: a mark, or a place in their own order."""

    candidate = models.ForeignKey(RoundMentor, models.CASCADE, related_name="marks")
    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="mentor_marks")
    mark = models.CharField(max_length=10, choices=MentorMarkKind)
    # 1 is the pupil the mentor would like best; empty for a mark alone.
    position = models.PositiveSmallIntegerField(null=True, blank=True)
    marked_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    marked_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["candidate", "pupil"], name="mark_one_per_pupil"),
            models.CheckConstraint(
                condition=Q(position__isnull=True) | ~Q(mark=MentorMarkKind.UNSUITABLE), name="mark_ranked_is_suitable"
            ),
            one_of("mark", MentorMarkKind, name="mark_kind_known"),
        ]

    def __str__(self) -> str:
        return f"mark of candidate {self.candidate_id} for pupil {self.pupil_id}"


class Placement(SchoolOwned):
    """A line of a round's draft, and after publication its protocol: who got whom, how, or why nobody."""

    round = models.ForeignKey(MatchingRound, models.CASCADE, related_name="placements")
    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="placements")
    mentor = models.ForeignKey(Mentor, models.PROTECT, null=True, blank=True, related_name="placements")
    # Which of the pupil's choices this is; empty where it was none of them.
    rank = models.PositiveSmallIntegerField(null=True, blank=True)
    how = models.CharField(max_length=8, choices=PlacementHow)
    reason = models.CharField(max_length=14, choices=PlacementReason, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "pupil"], name="placement_one_per_pupil"),
            models.CheckConstraint(
                condition=Q(how=PlacementHow.NONE, mentor__isnull=True)
                | (~Q(how=PlacementHow.NONE) & Q(mentor__isnull=False)),
                name="placement_how_fits_mentor",
            ),
            one_of("how", PlacementHow, name="placement_how_known"),
        ]

    def __str__(self) -> str:
        return f"placement of pupil {self.pupil_id} in round {self.round_id}"


class BoardSave(SchoolOwned):
    """A joint save of the class board, so that it can be taken back."""

    school_class = models.ForeignKey(SchoolClass, models.CASCADE, related_name="board_saves")
    # [[pupil key, mentor key before or null, mentor key after or null, [keys of the assignments ended]], ...]
    moves = models.JSONField(default=list)
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = BoardSaveQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-saved_at", "-pk"]

    def __str__(self) -> str:
        return f"board save {self.pk}"


class Club(SchoolOwned):
    """A club 社团 whose leader is its members' mentor (Wuhu plan 五(二))."""

    year = models.ForeignKey(SchoolYear, models.CASCADE, related_name="clubs")
    name = models.CharField("社团名称", max_length=40)
    mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="clubs")

    objects = ClubQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "name"], name="club_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="club_name_given"),
        ]

    def __str__(self) -> str:
        return self.name


class ClubMember(SchoolOwned):
    """A pupil in a club; for mentoring a pupil belongs to one club a year."""

    club = models.ForeignKey(Club, models.CASCADE, related_name="members")
    year = models.ForeignKey(SchoolYear, models.CASCADE, related_name="+")
    pupil = models.ForeignKey(Pupil, models.CASCADE, related_name="club_memberships")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["year", "pupil"], name="clubmember_one_club_per_year"),
        ]

    def __str__(self) -> str:
        return f"pupil {self.pupil_id} in club {self.club_id}"
