"""Lists and figures on paper, with invented content."""

import datetime
from typing import Any, cast

from core.lists import ListColumn, ListOut
from core.workbooks.writer import Value
from mentors.staff.queries.training import TrainingTally
from records.figures.queries.leader import Coming, Heavy, LeaderPage
from records.figures.queries.staff import Room
from records.office.queries.dashboard import Dashboard, GradeBlock, Progress, Tally
from schools.enums import ActionKind
from schools.models import Grade


def a_list() -> ListOut:
    """Two tables of a few lines."""
    columns = [ListColumn("班级", 12), ListColumn("座号", 6, number=True), ListColumn("姓名"), ListColumn("导师", 14)]
    columns += [ListColumn("家访", 14), ListColumn("谈心", 14), ListColumn("成长寄语", 14)]
    rows: list[list[Value]] = [
        ["五（1）班", 1, "安可儿", "林小满/陶然", "√ 2026-09-13", "未完成", "—"],
        ["五（1）班", 12, "程𫖯", "还没有导师", "√ 2026-09-20 家长婉拒", "进行中 已 1 次，共 2 次", "未完成"],
    ]
    behind = [ListColumn("方式"), ListColumn("次数", number=True)]
    return ListOut(
        "pupils",
        "学生完成情况",
        columns,
        rows,
        True,
        about="2026学年第一学期　五年级　所有学生",
        note="按班级和座号排列。",
        further=[ListOut("forms", "谈心的方式", behind, [["面对面", 31]], False)],
    )


def leader_page() -> LeaderPage:
    """A school of two grades, one mentor with too many pupils."""

    def tally(pupils: int, mentored: int, *done: int) -> Tally:
        actions = zip(ActionKind, ("家访", "谈心", "成长寄语"), done, strict=False)
        return Tally(pupils, mentored, 0, tuple(Progress(action, label, n, pupils) for action, label, n in actions))

    blocks = (
        GradeBlock(Grade(name="一年级"), (), tally(383, 381, 259, 147, 69)),
        GradeBlock(Grade(name="五年级"), (), tally(185, 170, 120, 80, 0)),
    )
    training = TrainingTally(1, 34, None)
    whole = tally(568, 551, 379, 227, 69)
    return LeaderPage(
        "2026学年第一学期", "第一学期", 15,
        Dashboard(cast(Any, None), blocks, whole, (), (), training),
        Room(17, 2, 15),
        [Heavy(1, "任星河", 17, 15, "另一位导师课时较多，由班主任多带两名学生。")],
        40, 34, 2,
        [
            Coming(datetime.date(2026, 11, 20), "谈心截止"),
            Coming(datetime.date(2026, 11, 25), "培训：怎样和孩子谈心"),
            Coming(datetime.date(2026, 12, 1), "定时发布 69 封成长寄语"),
        ],
    )  # fmt: skip
