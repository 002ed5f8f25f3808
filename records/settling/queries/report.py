"""The term report in words: sentences and tables from the figures, with what the school says itself in between."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from django.db.models import TextChoices

from accounts.actors import Actor
from core.clock import cn_full_day
from records.enums import Occasion, Strategy, TalkForm, VisitForm
from records.office.queries.dashboard import Progress
from records.office.queries.plan_words import grade_words, often_words
from records.settling.contexts import FEW, Comment, ReportSection, ReportTable, TermReport, few
from records.settling.enums import ReportPart
from records.settling.queries.comments import comments_of
from records.settling.queries.figures import TermFigures, term_figures
from schools.calendar import YearCalendar
from schools.enums import ActionKind, Module, PeriodKind, VisitOutcome
from schools.queries import Window, paper_style

#: What stands where the plan asks nothing of a grade.
NOTHING: Final = "—"


def term_report(actor: Actor, calendar: YearCalendar) -> TermReport:
    """The report of the calendar's term as it stands today. Who may have it is the caller's question."""
    return report_of(actor, term_figures(actor, calendar))


def report_of(actor: Actor, figures: TermFigures) -> TermReport:
    """The report of `figures` that are at hand."""
    calendar = figures.calendar
    comments = comments_of(actor, calendar.term)
    return TermReport(
        school=paper_style(calendar.year.school).head,
        term=str(calendar.term),
        on=actor.today,
        sections=tuple(_section(part, figures, comments[part]) for part in ReportPart),
    )


def _section(part: ReportPart, figures: TermFigures, comment: Comment) -> ReportSection:
    found: dict[ReportPart, tuple[Sequence[str], Sequence[ReportTable]]] = {
        ReportPart.COVERAGE: (_coverage(figures), [_coverage_table(figures)]),
        ReportPart.ACTIONS: (_action_facts(figures), _action_tables(figures)),
        ReportPart.VISITS: (_visits(figures), _visit_tables(figures)),
        ReportPart.TALKS: (_talks(figures), _talk_tables(figures)),
        ReportPart.LETTERS: (_letters(figures), []),
        ReportPart.TRAINING: (_training(figures), _training_tables(figures)),
        ReportPart.CARE: (_care(figures), []),
    }
    facts, tables = found.get(part, ((), ()))
    return ReportSection(
        part=part, facts=tuple(facts), tables=tuple(table for table in tables if table.rows), comment=comment
    )


def percent(done: int, total: int) -> str:
    """Rounded down: 100% means all; without any a dash."""
    return f"{done * 100 // total}%" if total else NOTHING


def per(part: int, whole: int) -> str:
    """To one decimal; without any a dash."""
    return f"{part / whole:.1f}" if whole else NOTHING


def _coverage(figures: TermFigures) -> list[str]:
    tally, mentors = figures.dashboard.tally, figures.mentors
    blocks = figures.dashboard.blocks
    facts = [
        f"方案覆盖 {len(blocks)} 个年级、{sum(len(block.rows) for block in blocks)} 个班，学生 {tally.pupils} 人。",
        f"已有导师 {tally.mentored} 人，占 {percent(tally.mentored, tally.pupils)}。",
    ]
    if mentors.slots:
        shared = f"（{mentors.teachers} 位教师，有的两人共同担任）" if mentors.teachers != mentors.slots else ""
        facts.append(
            f"导师 {mentors.slots} 名{shared}，平均每名导师指导 {per(sum(mentors.loads), mentors.slots)} 名学生，"
            f"最多 {mentors.loads[-1]} 名。"
        )
    if mentors.granted:
        facts.append(f"经德育室批准超过上限的 {mentors.granted} 名。")
    if mentors.supported:
        facts.append(f"另有辅助导师的学生 {mentors.supported} 人。")
    return facts


def _coverage_table(figures: TermFigures) -> ReportTable:
    dashboard = figures.dashboard
    lines = [(block.grade.name, len(block.rows), block.tally) for block in dashboard.blocks]
    if len(lines) > 1:
        lines.append(("合计", sum(len(block.rows) for block in dashboard.blocks), dashboard.tally))
    return ReportTable(
        title="各年级学生和导师",
        header=("年级", "班级", "学生", "已有导师", "占比"),
        rows=tuple(
            (name, f"{classes} 个", f"{tally.pupils} 人", f"{tally.mentored} 人", percent(tally.mentored, tally.pupils))
            for name, classes, tally in lines
        ),
        total=len(lines) > 1,
    )


def _action_facts(figures: TermFigures) -> list[str]:
    facts = [
        f"{p.label}完成 {p.done} 人，应完成 {p.total} 人，占 {percent(p.done, p.total)}。"
        for p in figures.dashboard.tally.actions
        if p.total
    ]
    yearly = any(rule.required and rule.period == PeriodKind.YEAR for rule in figures.calendar.rules.actions)
    return [*facts, "每学年一次的，按本学年累计。"] if facts and yearly else facts


def _action_tables(figures: TermFigures) -> list[ReportTable]:
    dashboard = figures.dashboard
    lines = [(block.grade.name, block.tally) for block in dashboard.blocks]
    if len(lines) > 1:
        lines.append(("合计", dashboard.tally))
    names = {block.grade.pk: block.grade.name for block in dashboard.blocks}
    calendar = figures.calendar
    rules = [rule for rule in calendar.rules.actions if rule.required and rule.grade_ids]
    windows = [
        (
            calendar.label(window.action),
            grade_words(window.grade_ids, names) or NOTHING,
            often_words(rule),
            _days(window.windows),
            f"{window.done} / {window.total} 人",
        )
        for rule, window in zip(rules, figures.windows, strict=True)
    ]
    return [
        ReportTable(
            title="各年级完成情况（完成 / 应完成）",
            header=("年级", *(p.label for p in dashboard.tally.actions)),
            rows=tuple((name, *map(action_words, tally.actions)) for name, tally in lines),
            total=len(lines) > 1,
        ),
        ReportTable(
            title="方案要求的时间", header=("动作", "年级", "次数", "时间", "完成 / 应完成"), rows=tuple(windows)
        ),
    ]


def action_words(progress: Progress) -> str:
    """28 / 44 63%; a dash where nothing is asked."""
    if not progress.total:
        return NOTHING
    return f"{progress.done} / {progress.total}　{percent(progress.done, progress.total)}"


def _days(windows: Sequence[Window]) -> str:
    return "；".join(f"{cn_full_day(window.opens_on)}—{cn_full_day(window.due_on)}" for window in windows)


def _visits(figures: TermFigures) -> list[str]:
    visits = figures.visits
    if not visits.total:
        return ["本学期没有家访记录。"]
    return [f"家访 {visits.total} 次，涉及学生 {visits.pupils} 人。"]


def _visit_tables(figures: TermFigures) -> list[ReportTable]:
    visits = figures.visits
    return [
        _shares("家访方式", VisitForm, visits.forms, visits.total),
        _shares("家访结果", VisitOutcome, visits.outcomes, visits.total),
    ]


def _talks(figures: TermFigures) -> list[str]:
    talks = figures.talks
    if not talks.total:
        return ["本学期没有谈心记录。"]
    face = f"面对面 {talks.face_to_face} 次，占 {percent(talks.face_to_face, talks.total)}"
    return [
        f"谈心 {talks.total} 次，涉及学生 {talks.pupils} 人；{face}。",
        f"谈心以后与家长沟通 {talks.home_contacted} 次。",
    ]


def _talk_tables(figures: TermFigures) -> list[ReportTable]:
    talks = figures.talks
    return [
        _shares("谈心方式", TalkForm, talks.forms, talks.total),
        _shares("谈心时机", Occasion, talks.occasions, talks.total),
        _shares("谈心策略（一次可以有几种）", Strategy, talks.strategies, talks.total),
    ]


def _shares(title: str, words: type[TextChoices], found: Mapping[str, int], total: int) -> ReportTable:
    """How a total is spread, over what there was; the workbook has all words."""
    rows = [(str(words(code).label), f"{n} 次", percent(n, total)) for code, n in found.items() if n]
    return ReportTable(title=title, header=(title.partition("（")[0][2:], "次数", "占比"), rows=tuple(rows))


def _letters(figures: TermFigures) -> list[str]:
    letters, label = figures.letters, figures.calendar.letter_label
    if not figures.calendar.rules.of(ActionKind.LETTER):
        return []
    if not letters.handed_in:
        return [f"本学期还没有{label}交稿。"]
    facts = f"{label}交稿 {letters.handed_in} 封，已发布 {letters.released} 封，家长已读 {letters.read} 封"
    return [f"{facts}，收到家长回音 {letters.replies} 条。" if letters.replies else f"{facts}。"]


def _training(figures: TermFigures) -> list[str]:
    held, care = figures.trainings, figures.care
    facts = []
    if held:
        hours = sum((one.hours for one in held if one.hours is not None), Decimal())
        lasted = f"共 {hours_words(hours)} 学时，" if hours else ""
        facts.append(f"组织导师培训 {len(held)} 次，{lasted}{sum(one.came for one in held)} 人次参加。")
    if Module.MEETINGS in figures.calendar.year.school.in_use and care.meetings:
        facts.append(f"各班导师团开展小教研 {care.meetings} 次。")
    return facts or ["本学期没有培训记录。"]


def _training_tables(figures: TermFigures) -> list[ReportTable]:
    rows = tuple(
        (cn_full_day(one.date), one.topic, one.kind or NOTHING, hours_words(one.hours) or NOTHING, f"{one.came} 人")
        for one in figures.trainings
    )
    return [ReportTable(title="培训", header=("日期", "主题", "形式", "学时", "参加"), rows=rows)]


def hours_words(hours: Decimal | None) -> str:
    """2 or 1.5; empty where nobody has said."""
    return f"{hours.normalize():f}" if hours is not None else ""


def _care(figures: TermFigures) -> list[str]:
    """Numbers alone, and none so small that a child could be made out."""
    care, used = figures.care, figures.calendar.year.school.in_use
    facts = []
    if Module.MEETINGS in used and care.discussed:
        facts.append(f"小教研讨论学生 {few(care.discussed)} 人")
    facts.append(_hidden("请心理老师帮助", care.referrals, care.referred, "人次"))
    if Module.TREE_HOLE in used:
        facts.append(_hidden("交来心灵树洞卡", care.cards, care.card_writers, "张"))
    return [f"{'；'.join(facts)}。"]


def _hidden(what: str, times: int, pupils: int, unit: str) -> str:
    """How often; where it concerns few pupils only that it did."""
    return f"{what} {times} {unit}" if not times or pupils >= FEW else f"{what}的学生少于 {FEW} 人"
