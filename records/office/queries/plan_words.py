"""A plan in a teacher's words: its rules, its windows, and what one version changed against another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from schools.calendar import YearCalendar
from schools.contexts import WindowRule
from schools.enums import ActionKind, Anchor, Check, MatchingMode, PeriodKind, VisitOutcome
from schools.queries import OwedAction, PlanRules, Window

_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class WindowLine:
    """When an action is to be done: 第一学期, and one window or one for each exam."""

    label: str
    windows: list[Window]


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action of the plan in words."""

    label: str
    required: bool
    grades: str
    often: str
    lines: list[WindowLine]
    anchor: str
    accepted: str


def window_words(rule: WindowRule) -> str:
    """开学前 3 周到开学后 2 周; 重要考试前后各 2 周; 期末前 3 周到期末当天."""
    if rule.anchor == Anchor.YEAR:
        return "全程都可以"
    if rule.due_days and rule.opens_days == -rule.due_days:
        return f"{rule.anchor.label}前后各 {_distance(rule.due_days)}"
    return f"{_edge(rule.anchor, rule.opens_days)}到{_edge(rule.anchor, rule.due_days)}"


def _edge(anchor: Anchor, days: int) -> str:
    if not days:
        return f"{anchor.label}当天"
    return f"{anchor.label}{'前' if days < 0 else '后'} {_distance(days)}"


def _distance(days: int) -> str:
    return f"{abs(days)} 天" if days % _WEEK else f"{abs(days) // _WEEK} 周"


def windows_words(rule: OwedAction) -> str:
    """All windows of a rule; 全学年都可以 or 整个学期都可以 where any day will do."""
    if rule.any_day:
        return f"{'全学年' if rule.period == 'year' else '整个学期'}都可以"
    return "；".join(window_words(window) for window in rule.windows)


def often_words(rule: OwedAction) -> str:
    """每学期 2 次."""
    return f"{rule.period.label} {rule.count} 次"


def outcome_words(rule: OwedAction) -> str:
    """已完成、家长婉拒."""
    return "、".join(o.label for o in VisitOutcome if o.value in rule.accepted_outcomes)


def grade_words(grade_ids: Iterable[int], names: Mapping[int, str]) -> str:
    """一年级、五年级, in the order of `names`."""
    wanted = set(grade_ids)
    return "、".join(name for pk, name in names.items() if pk in wanted)


def blocking_words(rules: PlanRules) -> str:
    """The checks that block a letter; empty where none does."""
    return "、".join(check.label for check in Check if check.value in rules.plan.letter_blocking)


def action_line(action: OwedAction, names: Mapping[int, str], calendar: YearCalendar) -> ActionLine:
    """A rule in words, with its days in each term of the year; `names` are those of the grades."""
    if action.any_day and action.period == PeriodKind.YEAR:
        lines = [WindowLine("全学年", [Window(calendar.year.starts_on, calendar.year.ends_on)])]
    else:
        lines = [WindowLine(t.short_name, calendar.term_windows(action, t)) for t in calendar.terms]
    return ActionLine(
        label=action.action.label,
        required=action.required,
        grades=grade_words(action.grade_ids, names) or "—",
        often=often_words(action),
        lines=lines,
        anchor=windows_words(action),
        accepted=outcome_words(action),
    )


def plan_changes(old: PlanRules, new: PlanRules, names: Mapping[int, str]) -> list[str]:
    """What version `new` changed against `old`, one short sentence each; `names` are those of the grades."""
    pairs = [
        ("方案名称", old.plan.title, new.plan.title),
        ("每位导师的上限", f"{old.plan.cap} 名", f"{new.plan.cap} 名"),
        ("两位教师共用的名额", _shared(old), _shared(new)),
        ("辅助导师", _counting(old), _counting(new)),
        ("辅助导师的规定动作", _owing(old), _owing(new)),
        ("书面反馈的名称", old.plan.letter_label, new.plan.letter_label),
        ("书面反馈的导向", old.plan.get_letter_tone_display(), new.plan.get_letter_tone_display()),
        ("记录默认可见范围", old.plan.get_note_visibility_display(), new.plan.get_note_visibility_display()),
        ("交稿前必须处理的提醒", blocking_words(old) or "无", blocking_words(new) or "无"),
    ]
    pairs += [(name, _mode(old.matching.get(pk)), _mode(new.matching.get(pk))) for pk, name in names.items()]
    sentences = [f"{label}：{before} → {after}" for label, before, after in pairs if before != after]
    return sentences + [sentence for action in ActionKind for sentence in _action_changes(action, old, new, names)]


def _action_changes(action: ActionKind, old: PlanRules, new: PlanRules, names: Mapping[int, str]) -> list[str]:
    """What changed in one action, for each group of grades that it changed for in the same way."""
    groups: dict[tuple[OwedAction | None, OwedAction | None], list[int]] = {}
    for pk in names:
        groups.setdefault((old.owed(action, pk), new.owed(action, pk)), []).append(pk)
    groups.pop((None, None), None)
    several = sum(before is not None and after is not None for before, after in groups) > 1
    sentences = []
    for (before, after), pks in groups.items():
        who = grade_words(pks, names)
        if after is None:
            sentences.append(f"{action.label}：{who}不再要求")
        elif before is None:
            kind = "" if after.required else "（自选）"
            sentences.append(f"{action.label}：{who}新增{kind}，{often_words(after)}，{windows_words(after)}")
        else:
            label = f"{action.label}（{who}）" if several else action.label
            pairs = [
                (label, often_words(before), often_words(after)),
                (f"{label}的要求", _need(before), _need(after)),
                (f"{label}时间", windows_words(before), windows_words(after)),
                (f"视为完成的{label}", outcome_words(before) or "无", outcome_words(after) or "无"),
            ]
            sentences += [f"{what}：{was} → {will}" for what, was, will in pairs if was != will]
    return sentences


def _need(rule: OwedAction) -> str:
    return "规定动作" if rule.required else "自选动作"


def _mode(mode: MatchingMode | None) -> str:
    return mode.label if mode is not None else "不在方案内"


def _shared(rules: PlanRules) -> str:
    return "合计按一位计上限" if rules.plan.shared_counts_once else "按两位计上限"


def _counting(rules: PlanRules) -> str:
    return "计入上限" if rules.plan.supporting_counts else "不计入上限"


def _owing(rules: PlanRules) -> str:
    return "也承担" if rules.plan.supporting_owes else "不承担"
