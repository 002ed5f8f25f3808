"""Two matching rounds in the midst of it: grade 5 of 青竹小学 chooses; grade 10 of 江城一中 chooses both ways."""

import datetime
import random
from collections.abc import Sequence

from accounts.actors import Actor
from core.clock import now
from mentors.enums import MatchTieBreak, MentorMarkKind, SheetSource
from mentors.models.slots import TeamMember
from mentors.rounds.models import Choice, ChoiceSheet, MatchingRound, MentorMark, RoundMentor
from mentors.rounds.queries.running import open_by_pupil, participants
from mentors.rounds.services.running import CandidateData, create_round, open_round, set_candidates
from mentors.rounds.services.settings import RoundSettings, default_settings
from mentors.staff.models import MentorCard
from schools.enums import MatchingMode
from schools.models import Grade, SchoolYear
from students.models import Enrolment

HOBBIES = (
    "会弹尤克里里，周末爱骑车",
    "养了两只猫，做得一手好面",
    "校运会跳远冠军，现在还在练",
    "收集了三百多片树叶",
    "爱拍星星，有一台望远镜",
    "会捏泥人，也会修自行车",
    "每年读五十本书，偏爱科幻",
    "打乒乓球左手右手都行",
    "会做木工，教室的书架是我钉的",
    "爱画漫画，画过全班同学",
    "种了一阳台的番茄",
    "是个象棋迷，欢迎来下一盘",
)
SENTENCES = (
    "有话想说的时候，来操场边找我走一圈。",
    "做错题不要紧，我小时候也常做错。",
    "你的事，再小我也愿意听。",
    "我们一起把今天过得有意思一点。",
    "慢一点没关系，我陪你想。",
    "你喜欢什么？也教教我吧。",
)
REASONS = ("他上课很有意思", "想和老师学打球", "老师对我很好", "她懂我", "", "", "", "", "")
ROUND_DAYS = 7


def open_primary_round(*, actor: Actor, year: SchoolYear, seed: int) -> MatchingRound:
    """Grade 5 is asked for three choices out of all its mentors; the last class has its forms still on paper."""
    grade = Grade.objects.get(school_id=year.school_id, number=5)
    found = _create(actor, year, grade, MatchingMode.CHOICE, seed)
    everybody = RoundMentor.objects.filter(round=found).order_by("number")
    set_candidates(
        actor=actor,
        round=found,
        candidates=[CandidateData(c.mentor_id, whole_grade=True, number=c.number) for c in everybody],
    )
    open_round(actor=actor, round=found)
    _write_choices(found, seed, shares=(1.0, 0.94, 0.97, 0.91, 0.65, 0.0))
    return found


def open_senior_round(*, actor: Actor, year: SchoolYear, seed: int) -> MatchingRound:
    """Grade 10 chooses both ways: pupils rank their class's mentors, most mentors have marked who named them."""
    grade = Grade.objects.get(school_id=year.school_id, number=10)
    found = _create(actor, year, grade, MatchingMode.TWO_SIDED, seed)
    open_round(actor=actor, round=found)
    _write_choices(found, seed, shares=(0.95, 1.0, 0.98, 1.0, 0.95, 1.0))
    _write_marks(found, seed)
    return found


def write_mentor_cards(year: SchoolYear, seed: int) -> None:
    """A mentor card for most teachers of the year's teams; photos are left out."""
    rng = random.Random(f"cards {seed}")  # noqa: S311  # demo data want to be repeatable, not secret
    teams = TeamMember.objects.filter(school_class__year=year).order_by("pk")
    teachers = list(dict.fromkeys(teams.values_list("mentor__members__teacher", flat=True)))
    MentorCard.objects.bulk_create(
        MentorCard(
            school_id=year.school_id,
            teacher_id=teacher,
            key=f"{rng.getrandbits(64):016x}",
            hobbies=rng.choice(HOBBIES),
            sentence=rng.choice(SENTENCES),
            is_shared=rng.random() < 0.5,
        )
        for teacher in teachers
        if rng.random() < 0.9
    )


def _create(actor: Actor, year: SchoolYear, grade: Grade, mode: MatchingMode, seed: int) -> MatchingRound:
    opened = (now() - datetime.timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    usual = default_settings(mode, grade)
    settings = RoundSettings(
        name=usual.name,
        opens_at=opened,
        closes_at=opened + datetime.timedelta(days=ROUND_DAYS),
        max_choices=3,
        rule=usual.rule,
        tie_break=MatchTieBreak.LOTTERY,
        seed=seed,
        fill=True,
    )
    return create_round(actor=actor, year=year, grade=grade, mode=mode, settings=settings)


def _write_choices(found: MatchingRound, seed: int, *, shares: Sequence[float]) -> None:
    """Choices of the share of each class; some mentors are much liked, and the own class's more than others."""
    rng = random.Random(f"choices {seed}")  # noqa: S311  # demo data want to be repeatable, not secret
    rows = list(RoundMentor.objects.filter(round=found).prefetch_related("classes").order_by("number"))
    asked = participants(found)
    open_to = open_by_pupil(asked, rows)
    liked = {c.mentor_id: rng.choice((1, 1, 2, 2, 3, 6)) for c in rows}
    home = set(TeamMember.objects.filter(school_class__year=found.year).values_list("school_class_id", "mentor_id"))
    share = dict(zip(dict.fromkeys(e.school_class_id for e in asked), shares, strict=True))
    sheets, picks = [], []
    for enrolment in asked:
        if rng.random() >= share[enrolment.school_class_id]:
            continue
        sheet = ChoiceSheet(
            school_id=found.school_id,
            round=found,
            pupil_id=enrolment.pupil_id,
            source=SheetSource.SLIP,
            submitted_at=now() - datetime.timedelta(minutes=rng.randrange(60 * 60)),
        )
        sheets.append(sheet)
        picks.append(_pick(rng, enrolment, sorted(open_to[enrolment.pupil_id]), liked, home, found.max_choices))
    ChoiceSheet.objects.bulk_create(sheets, batch_size=500)
    Choice.objects.bulk_create(
        (
            Choice(school_id=found.school_id, sheet=sheet, mentor_id=mentor, rank=rank, reason=rng.choice(REASONS))
            for sheet, chosen in zip(sheets, picks, strict=True)
            for rank, mentor in enumerate(chosen, start=1)
        ),
        batch_size=500,
    )


def _pick(
    rng: random.Random,
    enrolment: Enrolment,
    mentors: Sequence[int],
    liked: dict[int, int],
    home: set[tuple[int, int]],
    most: int,
) -> list[int]:
    rest = list(mentors)
    chosen: list[int] = []
    for _ in range(min(rng.choice((most, most, most - 1)), len(rest))):
        weights = [liked[m] * (5 if (enrolment.school_class_id, m) in home else 1) for m in rest]
        mentor = rng.choices(rest, weights=weights)[0]
        rest.remove(mentor)
        chosen.append(mentor)
    return chosen


def _write_marks(found: MatchingRound, seed: int) -> None:
    """Two mentors of three have marked who named them; the rest still have it before them."""
    rng = random.Random(f"marks {seed}")  # noqa: S311  # demo data want to be repeatable, not secret
    marks = []
    # The second mentor of the first class is the demo's account: theirs are left to do.
    for number, candidate in enumerate(RoundMentor.objects.filter(round=found).order_by("number")):
        if number % 3 == 1:
            continue
        named = Choice.objects.filter(sheet__round=found, mentor_id=candidate.mentor_id).order_by("pk")
        position = 0
        for pupil in named.values_list("sheet__pupil_id", flat=True):
            mark = rng.choices(MentorMarkKind.values, weights=(30, 66, 4))[0]
            if mark == MentorMarkKind.ACCEPTABLE:
                continue
            preferred = mark == MentorMarkKind.PREFERRED
            position += preferred
            marks.append(
                MentorMark(
                    school_id=found.school_id,
                    candidate=candidate,
                    pupil_id=pupil,
                    mark=mark,
                    position=position if preferred else None,
                )
            )
    MentorMark.objects.bulk_create(marks, batch_size=500)
