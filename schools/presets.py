"""The plans that ship (一校一策): Guyi's primary plan and Wuhu's plan for senior high schools, as data."""

from dataclasses import dataclass

from schools.contexts import WindowRule
from schools.enums import (
    ActionKind,
    Anchor,
    GradeNaming,
    LetterTone,
    MatchingMode,
    Module,
    PeriodKind,
    Preset,
    SchoolSystem,
    VisitOutcome,
)
from schools.grades import ALL_GRADES


@dataclass(frozen=True, slots=True)
class PresetAction:
    """One rule of a preset; `grades` are grade numbers. Of one action there may be several, for other grades each."""

    action: ActionKind
    period: PeriodKind
    windows: tuple[WindowRule, ...]
    grades: tuple[int, ...]
    count: int = 1
    required: bool = True
    accepted_outcomes: tuple[VisitOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanPreset:
    """What a new school's first plan is copied from.

    `grades` are those of a school that says nothing else. Grade numbers are those of 六三: in 五四, where grade 6 is
    the first of junior school, it has what grade 7 has.
    """

    grades: tuple[int, ...]
    title: str
    letter_tone: LetterTone
    matching: dict[int, MatchingMode]
    actions: tuple[PresetAction, ...]
    cap: int = 15
    letter_label: str = "成长寄语"
    naming: GradeNaming = GradeNaming.USUAL

    def grades_in(self, system: SchoolSystem) -> tuple[int, ...]:
        """The grades of a school of that system that says nothing else."""
        return tuple(number for number in ALL_GRADES if rules_of(number, system) in self.grades)


def rules_of(number: int, system: SchoolSystem) -> int:
    """The grade whose rules in a preset a grade of that system follows."""
    return 7 if number == 6 and system == SchoolSystem.FIVE_FOUR else number


_PILOT = (1, 5)
_JUNIOR = (7, 8, 9)
_SENIOR = (10, 11, 12)
_AROUND_TERM_START = WindowRule(Anchor.TERM_START, -14, 14)
_AROUND_EXAMS = WindowRule(Anchor.EXAMS, -14, 14)
_AT_TERM_END = WindowRule(Anchor.TERM_END, -21, 0)

# Guyi plan 四(二), 四(三)1 and 四(三)2: grades 1 and 5 are pilots, grade 3 has the card only.
_PRIMARY_MATCHING = {1: MatchingMode.HOMEROOM, 5: MatchingMode.CHOICE}
_PRIMARY_ACTIONS = (
    PresetAction(
        ActionKind.VISIT,
        PeriodKind.TERM,
        (WindowRule(Anchor.TERM_START, -21, 14),),
        _PILOT,
        accepted_outcomes=(VisitOutcome.COMPLETED, VisitOutcome.DECLINED),
    ),
    PresetAction(ActionKind.TALK, PeriodKind.TERM, (_AROUND_EXAMS,), _PILOT),
    PresetAction(ActionKind.LETTER, PeriodKind.TERM, (_AT_TERM_END,), _PILOT),
    PresetAction(
        ActionKind.CARD,
        PeriodKind.TERM,
        (WindowRule(Anchor.TERM_START, 0, 120),),
        (3,),
        required=False,
    ),
)
# As Shanghai began in its junior schools (沪教委德〔2023〕25号 and the districts' plans): every grade, each of
# the three actions once a term. A mentor visits fifteen families, so visits have half of the term.
_JUNIOR_MATCHING = dict.fromkeys(_JUNIOR, MatchingMode.CHOICE)
_JUNIOR_ACTIONS = (
    PresetAction(
        ActionKind.VISIT,
        PeriodKind.TERM,
        (WindowRule(Anchor.TERM_START, -21, 56),),
        _JUNIOR,
        accepted_outcomes=(VisitOutcome.COMPLETED, VisitOutcome.DECLINED),
    ),
    PresetAction(ActionKind.TALK, PeriodKind.TERM, (_AROUND_TERM_START, _AROUND_EXAMS), _JUNIOR),
    PresetAction(ActionKind.LETTER, PeriodKind.TERM, (_AT_TERM_END,), _JUNIOR),
)
# Wuhu plan 四, 五(二) and 五(三): all grades, visit and talk each year with full coverage, a letter each term; talks
# belong to the weeks around 开学 and around exams.
_SENIOR_MATCHING = {10: MatchingMode.CHOICE, 11: MatchingMode.TWO_SIDED, 12: MatchingMode.CLUB}
_SENIOR_ACTIONS = (
    PresetAction(
        ActionKind.VISIT,
        PeriodKind.YEAR,
        (WindowRule(Anchor.YEAR),),
        _SENIOR,
        accepted_outcomes=(VisitOutcome.COMPLETED,),
    ),
    PresetAction(ActionKind.TALK, PeriodKind.YEAR, (_AROUND_TERM_START, _AROUND_EXAMS), _SENIOR),
    PresetAction(ActionKind.LETTER, PeriodKind.TERM, (_AT_TERM_END,), _SENIOR),
)

PRESETS: dict[Preset, PlanPreset] = {
    Preset.PRIMARY_TERMLY: PlanPreset(
        grades=(1, 2, 3, 4, 5, 6),
        title="全员导师制工作实施方案（试行稿）",
        letter_tone=LetterTone.POSITIVE,
        matching=_PRIMARY_MATCHING,
        actions=_PRIMARY_ACTIONS,
    ),
    Preset.JUNIOR_TERMLY: PlanPreset(
        grades=_JUNIOR,
        title="全员导师制工作实施方案",
        letter_tone=LetterTone.WITH_ADVICE,
        matching=_JUNIOR_MATCHING,
        actions=_JUNIOR_ACTIONS,
    ),
    # A plan has one tone: that of the younger ones.
    Preset.NINE_YEAR_TERMLY: PlanPreset(
        grades=(1, 2, 3, 4, 5, 6, *_JUNIOR),
        title="全员导师制工作实施方案（试行稿）",
        letter_tone=LetterTone.POSITIVE,
        matching=_PRIMARY_MATCHING | _JUNIOR_MATCHING,
        actions=_PRIMARY_ACTIONS + _JUNIOR_ACTIONS,
    ),
    # Each stage by its own rules: the juniors once a term, the seniors once a year.
    Preset.COMPLETE: PlanPreset(
        grades=(*_JUNIOR, *_SENIOR),
        title="全员导师制工作实施方案",
        letter_tone=LetterTone.WITH_ADVICE,
        matching=_JUNIOR_MATCHING | _SENIOR_MATCHING,
        actions=_JUNIOR_ACTIONS + _SENIOR_ACTIONS,
    ),
    Preset.TWELVE_YEAR: PlanPreset(
        grades=(1, 2, 3, 4, 5, 6, *_JUNIOR, *_SENIOR),
        title="全员导师制工作实施方案（试行稿）",
        letter_tone=LetterTone.POSITIVE,
        matching=_PRIMARY_MATCHING | _JUNIOR_MATCHING | _SENIOR_MATCHING,
        actions=_PRIMARY_ACTIONS + _JUNIOR_ACTIONS + _SENIOR_ACTIONS,
    ),
    Preset.SENIOR_YEARLY: PlanPreset(
        grades=_SENIOR,
        title="全员导师制工作实施方案",
        letter_tone=LetterTone.WITH_ADVICE,
        matching=_SENIOR_MATCHING,
        actions=_SENIOR_ACTIONS,
    ),
    # As the senior schools; the mentors stay when the third year goes into practice.
    Preset.VOCATIONAL_YEARLY: PlanPreset(
        grades=_SENIOR,
        title="全员导师制工作实施方案",
        letter_tone=LetterTone.WITH_ADVICE,
        matching={
            10: MatchingMode.CHOICE,
            11: MatchingMode.CARRY_ON,
            12: MatchingMode.CARRY_ON,
        },
        actions=_SENIOR_ACTIONS,
        naming=GradeNaming.VOCATIONAL,
    ),
    Preset.BLANK: PlanPreset(
        grades=(),
        title="全员导师制工作实施方案",
        letter_tone=LetterTone.POSITIVE,
        matching={},
        actions=(),
    ),
}


def usual_modules(preset: PlanPreset) -> list[str]:
    """What a new school uses: what its plan names, and what helps any school, so no ledger (教师厅〔2025〕2号)."""
    modes = set(preset.matching.values())
    asked = {
        Module.TWO_SIDED: MatchingMode.TWO_SIDED in modes,
        Module.CLUBS: MatchingMode.CLUB in modes,
        Module.TREE_HOLE: any(action.action == ActionKind.CARD for action in preset.actions),
        Module.BOOK_HANDLING: False,
    }
    return [module.value for module in Module if asked.get(module, True)]
