"""The figures of a term as tables: the workbook behind the report, and the list for the personnel office."""

from collections.abc import Sequence

from accounts.actors import Actor
from core.clock import cn_full_day
from core.lists import ListColumn, ListOut
from core.workbooks.writer import Value
from records.enums import Occasion, Strategy, TalkForm, VisitForm
from records.office.queries.dashboard import Tally
from records.office.queries.plan_words import grade_words
from records.office.queries.pupils import pupils_out, pupils_to_show
from records.settling.contexts import FEW
from records.settling.queries.figures import StaffRow, TermFigures, staff_rows, term_figures
from schools.calendar import YearCalendar
from schools.enums import Module, VisitOutcome


def workbook_out(actor: Actor, calendar: YearCalendar) -> ListOut:
    """Everything behind the report, a sheet for each kind of figure, the pupils with their ticks last."""
    figures = term_figures(actor, calendar)
    term, where = str(calendar.term), {"term": term_key(calendar)}
    pupils = pupils_out(calendar, pupils_to_show(actor, calendar, show=""), about=term, where=where)
    return ListOut(
        name="term_workbook",
        title="学期数据",
        columns=[ListColumn("项目", 26), ListColumn("数", 10, number=True), ListColumn("说明", 40)],
        rows=_overview(figures),
        names_children=True,
        about=term,
        where=where,
        further=[_grades(figures), _classes(figures), _windows(figures), _shares(figures), _trainings(figures), pupils],
    )


def term_key(calendar: YearCalendar) -> str:
    """The term without a name: 2026-1."""
    return f"{calendar.year.start_year}-{calendar.term.number}"


def _overview(figures: TermFigures) -> list[Sequence[Value]]:
    tally, mentors, care = figures.dashboard.tally, figures.mentors, figures.care
    visits, talks, letters = figures.visits, figures.talks, figures.letters
    label, used = figures.calendar.letter_label, figures.calendar.year.school.in_use
    rows: list[Sequence[Value]] = [
        ("学生", tally.pupils, "方案覆盖的年级"),
        ("已有导师的学生", tally.mentored, ""),
        ("导师", mentors.slots, "有学生的名额，两人共同担任的算一名"),
        ("担任导师的教师", mentors.teachers, ""),
        ("一名导师最多的学生数", mentors.loads[-1] if mentors.loads else 0, ""),
        ("经批准超过上限的导师", mentors.granted, ""),
        ("有辅助导师的学生", mentors.supported, ""),
        ("家访", visits.total, "次，计入本学期的"),
        ("家访涉及的学生", visits.pupils, ""),
        ("谈心", talks.total, "次，和几位学生一起谈的算一次"),
        ("谈心涉及的学生", talks.pupils, ""),
        ("面对面谈心", talks.face_to_face, "次"),
        ("谈心以后与家长沟通", talks.home_contacted, "次"),
        (f"{label}交稿", letters.handed_in, "封"),
        (f"{label}已发布", letters.released, "封"),
        (f"{label}家长已读", letters.read, "封"),
        ("家长回音", letters.replies, "条"),
        ("培训", len(figures.trainings), "次"),
    ]
    if Module.MEETINGS in used:
        rows += [("小教研", care.meetings, "次"), _few("小教研讨论的学生", care.discussed, care.discussed)]
    rows.append(_few("请心理老师帮助", care.referrals, care.referred))
    if Module.TREE_HOLE in used:
        rows.append(_few("心灵树洞卡", care.cards, care.card_writers))
    return rows


def _few(what: str, times: int, pupils: int) -> Sequence[Value]:
    """A number that names nobody: nothing where it concerns few pupils."""
    return (what, None, f"涉及的学生少于 {FEW} 人，不列数") if 0 < pupils < FEW else (what, times, "")


def _done(tally: Tally) -> list[Value]:
    """Done and owed of each action; empty where nothing is owed."""
    pairs = ((p.done, p.total) if p.total else (None, None) for p in tally.actions)
    return [number for pair in pairs for number in pair]


def _done_columns(figures: TermFigures) -> list[ListColumn]:
    labels = (p.label for p in figures.dashboard.tally.actions)
    return [ListColumn(f"{label}{word}", 14, number=True) for label in labels for word in ("完成", "应完成")]


def _grades(figures: TermFigures) -> ListOut:
    numbers = [ListColumn(word, number=True) for word in ("班级", "学生", "已有导师")]
    return _further(
        "各年级",
        [ListColumn("年级", 12), *numbers, *_done_columns(figures)],
        [
            (block.grade.name, len(block.rows), block.tally.pupils, block.tally.mentored, *_done(block.tally))
            for block in figures.dashboard.blocks
        ],
    )


def _classes(figures: TermFigures) -> ListOut:
    numbers = [ListColumn(word, number=True) for word in ("学生", "已有导师")]
    return _further(
        "各班",
        [ListColumn("班级", 14), *numbers, *_done_columns(figures)],
        [
            (row.school_class.label, row.tally.pupils, row.tally.mentored, *_done(row.tally))
            for block in figures.dashboard.blocks
            for row in block.rows
        ],
    )


def _windows(figures: TermFigures) -> ListOut:
    names = {block.grade.pk: block.grade.name for block in figures.dashboard.blocks}
    label = figures.calendar.label
    return _further(
        "时间",
        [
            *(ListColumn("动作", 12), ListColumn("年级", 24), ListColumn("从", 16), ListColumn("到", 16)),
            *(ListColumn("完成", number=True), ListColumn("应完成", number=True)),
        ],
        [
            (
                label(one.action),
                grade_words(one.grade_ids, names),
                cn_full_day(window.opens_on),
                cn_full_day(window.due_on),
                one.done,
                one.total,
            )
            for one in figures.windows
            for window in one.windows
        ],
    )


def _shares(figures: TermFigures) -> ListOut:
    spread = (
        ("家访方式", VisitForm, figures.visits.forms),
        ("家访结果", VisitOutcome, figures.visits.outcomes),
        ("谈心方式", TalkForm, figures.talks.forms),
        ("谈心时机", Occasion, figures.talks.occasions),
        ("谈心策略", Strategy, figures.talks.strategies),
    )
    return _further(
        "家访和谈心",
        [ListColumn("分类", 12), ListColumn("项", 16), ListColumn("次数", number=True)],
        [(what, str(words(code).label), n) for what, words, found in spread for code, n in found.items()],
    )


def _trainings(figures: TermFigures) -> ListOut:
    return _further(
        "培训",
        [
            *(ListColumn("日期", 16), ListColumn("主题", 30), ListColumn("形式", 12)),
            *(ListColumn("学时", number=True), ListColumn("参加人数", number=True)),
        ],
        [
            (cn_full_day(one.date), one.topic, one.kind, float(one.hours) if one.hours is not None else None, one.came)
            for one in figures.trainings
        ],
    )


def _further(title: str, columns: Sequence[ListColumn], rows: Sequence[Sequence[Value]]) -> ListOut:
    return ListOut(name="", title=title, columns=columns, rows=rows, names_children=False)


def staff_out(actor: Actor, calendar: YearCalendar) -> ListOut:
    """The list for the personnel office 人事用表: each mentor's load and what was done, as facts, by name.

    No points and no order but the name (Guyi plan 五; 教师厅〔2025〕2号): what follows from it people decide.
    """
    labels = [calendar.label(action) for action in calendar.rules.required]
    return ListOut(
        name="staff",
        title="导师工作情况",
        columns=[
            *(ListColumn("工号", 12), ListColumn("姓名", 12), ListColumn("任教学科", 12), ListColumn("说明", 26)),
            *(ListColumn(word, 8, number=True) for word in ("学生", "名额", "辅助")),
            *(ListColumn(f"{label}（完成/应完成）", 14) for label in labels),
            *(ListColumn(word, 10, number=True) for word in ("参加家访", "谈心记录", "培训次数", "培训学时")),
        ],
        rows=(_staff_line(row) for row in staff_rows(actor, calendar)),
        names_children=False,
        confidential=True,
        about=f"{calendar.term}，截至{cn_full_day(actor.today)}",
        where={"term": term_key(calendar)},
        note="只列事实，按姓名排列，不计分、不排名。两人共同担任的，学生和完成情况是共同的。",
        who=1,
    )


def _staff_line(row: StaffRow) -> list[Value]:
    return [
        row.teacher.number,
        row.teacher.name,
        row.teacher.subject,
        _remark(row),
        row.pupils,
        row.capacity,
        row.supported,
        *(f"{done}/{owed}" if owed else "—" for done, owed in row.actions),
        row.visits,
        row.talks,
        row.trainings,
        float(row.hours) if row.hours else None,
    ]


def _remark(row: StaffRow) -> str:
    said = [f"{'、'.join(row.leads)}团长"] if row.leads else []
    said += [f"与{'、'.join(row.shared_with)}共同担任"] if row.shared_with else []
    said += ["已离职"] if row.teacher.left_on is not None else []
    return "；".join(said)
