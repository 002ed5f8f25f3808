"""What the rules of a plan say, in words that stand in the place of a text's placeholders."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from records.office.queries.plan_words import action_line, grade_words, often_words, window_words, windows_words
from records.setup.contexts import GradeLine, PlanFigures
from schools.calendar import YearCalendar
from schools.enums import ActionKind, LetterTone, Module
from schools.models import Grade, School
from schools.queries import OwedAction, PlanRules

#: What a text of the document may hold: each is explained in the form.
PLACEHOLDERS: Final = {
    "学校": "校名",
    "学年": "本学年",
    "年级": "有导师的年级",
    "上限": "每位导师的学生数上限",
    "匹配方式": "各年级的匹配方式",
    "寄语名称": "书面反馈的名称",
    "寄语导向": "书面反馈的导向",
    "家访次数": "多久家访几次，年级不同时分别写出",
    "家访时间": "家访在什么时候",
    "谈心次数": "多久谈心几次",
    "谈心时间": "谈心在什么时候",
    "反馈次数": "多久写几次书面反馈",
    "反馈时间": "书面反馈在什么时候",
    "自选动作": "自选动作和它的年级",
}
NOT_ASKED: Final = "不作要求"
_TONES: Final = {
    LetterTone.POSITIVE: "以积极肯定、正面鼓励和挖掘“闪光点”为导向",
    LetterTone.WITH_ADVICE: "以积极肯定、正面鼓励、挖掘“闪光点”和提供成长建议为导向",
}


def plan_figures(school: School, calendar: YearCalendar, rules: PlanRules, grades: Iterable[Grade]) -> PlanFigures:
    """The figures of `rules` in the year of `calendar`; what the school does not use is left out. No query."""
    names = {grade.pk: grade.name for grade in grades}
    plan = rules.plan
    cards = Module.TREE_HOLE in school.in_use
    shown = [rule for rule in rules.actions if cards or rule.action != ActionKind.CARD]
    modes = [GradeLine(name, rules.matching[pk].label) for pk, name in names.items() if pk in rules.matching]
    words = {
        "学校": school.name,
        "学年": str(calendar.year),
        "年级": "、".join(line.grade for line in modes) or "—",
        "上限": str(plan.cap),
        "匹配方式": _matching_words(rules, names),
        "寄语名称": plan.letter_label,
        "寄语导向": _TONES[LetterTone(plan.letter_tone)],
        "自选动作": "；".join(
            f"{rule.action.label}（{grade_words(rule.grade_ids, names)}，{often_words(rule)}）"
            for rule in shown
            if not rule.required
        )
        or "无",
    }
    for word, action in (("家访", ActionKind.VISIT), ("谈心", ActionKind.TALK), ("反馈", ActionKind.LETTER)):
        words[f"{word}次数"] = _by_grades(rules, action, names, _often)
        words[f"{word}时间"] = _by_grades(rules, action, names, _when)
    return PlanFigures(
        words=words,
        grades=tuple(modes),
        actions=tuple(action_line(rule, names, calendar) for rule in shown),
        cap=plan.cap,
        letter_label=plan.letter_label,
    )


def _often(rule: OwedAction) -> str:
    """每学期家访 2 次."""
    return f"{rule.period.label}{rule.action.label} {rule.count} 次"


def _when(rule: OwedAction) -> str:
    """All windows of a rule on one line, where a text goes on after it."""
    if rule.any_day:
        return windows_words(rule)
    return "、".join(window_words(window) for window in rule.windows)


def _by_grades(rules: PlanRules, action: ActionKind, names: Mapping[int, str], say: Callable[[OwedAction], str]) -> str:
    """What `say` tells of each required rule for `action`; the grades are named where not all are asked the same."""
    groups: dict[str, set[int]] = {}
    for rule in rules.of(action, required=True):
        groups.setdefault(say(rule), set()).update(rule.grade_ids)
    if not groups:
        return NOT_ASKED
    if len(groups) == 1 and set(rules.matching) <= next(iter(groups.values())):
        return next(iter(groups))
    return "；".join(f"{grade_words(pks, names)}{said}" for said, pks in groups.items())


def _matching_words(rules: PlanRules, names: Mapping[int, str]) -> str:
    """一年级由…；五年级…: grades of one way together."""
    groups: dict[str, list[int]] = {}
    for pk, mode in rules.matching.items():
        groups.setdefault(mode.label, []).append(pk)
    return "；".join(f"{grade_words(pks, names)}{mode}" for mode, pks in groups.items()) or "—"
