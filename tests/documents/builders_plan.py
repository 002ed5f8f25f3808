"""An invented plan as a document, for the tests of its paper."""

import datetime

from records.office.queries.plan_words import ActionLine, WindowLine
from records.setup.contexts import DocumentSection, GradeLine, GroupMember, PlanFigures, PlanPaper
from records.setup.enums import DocumentPart, GroupPlace
from records.setup.first_texts import FIRST_TEXTS
from schools.contexts import Letterhead, filled
from schools.queries import Window

WORDS = {
    "学校": "江城市青竹小学",
    "年级": "一年级、五年级",
    "上限": "15",
    "匹配方式": "一年级班主任与学生协商；五年级学生自主选择（意向征询）",
    "寄语名称": "成长寄语",
    "寄语导向": "以积极肯定、正面鼓励和挖掘“闪光点”为导向",
    "家访次数": "每学期家访 1 次",
    "家访时间": "开学前 3 周到开学后 2 周",
    "谈心次数": "每学期谈心 1 次",
    "谈心时间": "重要考试前后各 2 周",
    "反馈次数": "每学期书面反馈 1 次",
    "反馈时间": "期末前 3 周到期末当天",
    "自选动作": "心灵树洞卡（三年级，每学期 1 次）",
}
NAMES = ("林小满", "苏禾", "陶然", "石磊", "何知秋", "温言", "阿依古丽·买买提明江", "沈䶮", "顾𬱖", "程𫖯", "白桦")
GROUP = (
    GroupMember(GroupPlace.HEAD, "程远", "校长、党支部书记", "全面负责"),
    GroupMember(GroupPlace.DEPUTY, "韩知礼", "德育主任", "师生匹配、日常推进、记录本和寄语的收发与检查"),
    *(GroupMember(GroupPlace.MEMBER, name, "年级组长" if n % 3 == 0 else "教师") for n, name in enumerate(NAMES)),
)


def _line(label: str, often: str, anchor: str, *, required: bool = True, grades: str = "一年级、五年级") -> ActionLine:
    day = datetime.date(2026, 8, 11)
    lines = [
        WindowLine("第一学期", [Window(day, day + datetime.timedelta(days=35))]),
        WindowLine("第二学期", []),
    ]
    return ActionLine(label, required, grades, often, lines, anchor, "")


def plan_paper(*, school: Letterhead, title: str = "全员导师制工作实施方案（试行稿）") -> PlanPaper:
    """A primary school's plan of the first texts, with a group of fourteen."""
    return PlanPaper(
        school=school,
        title=title,
        year="2026学年",
        version=2,
        on=datetime.date(2026, 11, 18),
        plan_version=1,
        sections=tuple(
            DocumentSection(part, "一二三四五六七八"[number], filled(FIRST_TEXTS[part], WORDS))
            for number, part in enumerate(DocumentPart)
        ),
        members=GROUP,
        figures=PlanFigures(
            words=WORDS,
            grades=(GradeLine("一年级", "班主任与学生协商"), GradeLine("五年级", "学生自主选择（意向征询）")),
            actions=(
                _line("家访", "每学期 1 次", "开学前 3 周到开学后 2 周"),
                _line("谈心", "每学期 1 次", "重要考试前后各 2 周"),
                _line("书面反馈", "每学期 1 次", "期末前 3 周到期末当天"),
                _line("心灵树洞卡", "每学期 1 次", "整个学期都可以", required=False, grades="三年级"),
            ),
            cap=15,
            letter_label="成长寄语",
        ),
        files=("导师匹配表.pdf", "导师团合影.jpg"),
    )
