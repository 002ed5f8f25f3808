"""An invented report of a term for the tests of papers."""

from datetime import date

from records.settling.contexts import (
    Comment,
    ReportSection,
    ReportTable,
    ServiceCertificate,
    ServiceYear,
    TermReport,
)
from records.settling.enums import ReportPart
from schools.contexts import Letterhead
from tests.documents.builders import SCHOOL

WORDS = """开学前三周，导师分批走进学生家里。家长说得最多的是孩子回家以后愿意讲什么、不愿意讲什么。
约不上的几户，期中以前已经补上。"""


def term_report(*, school: Letterhead = SCHOOL) -> TermReport:
    """Two grades, with words of the school's own on two parts."""
    shares = (("上门", "468 次", "86%"), ("到校", "52 次", "9%"), ("电话", "20 次", "3%"))
    days = "2026年8月11日—2026年9月15日"
    sections = {
        ReportPart.OVERALL: ReportSection(
            part=ReportPart.OVERALL, comment=Comment(version=1, text="本学期全校平稳开展全员导师制工作。")
        ),
        ReportPart.COVERAGE: ReportSection(
            part=ReportPart.COVERAGE,
            facts=(
                "方案覆盖 2 个年级、15 个班，学生 568 人。",
                "已有导师 565 人，占 99%。",
                "导师 39 名（40 位教师，有的两人共同担任），平均每名导师指导 14.5 名学生，最多 17 名。",
            ),
            tables=(
                ReportTable(
                    title="各年级学生和导师",
                    header=("年级", "班级", "学生", "已有导师", "占比"),
                    rows=(
                        ("一年级", "9 个", "383 人", "383 人", "100%"),
                        ("五年级", "6 个", "185 人", "182 人", "98%"),
                        ("合计", "15 个", "568 人", "565 人", "99%"),
                    ),
                    total=True,
                ),
            ),
        ),
        ReportPart.ACTIONS: ReportSection(
            part=ReportPart.ACTIONS,
            facts=("家访完成 540 人，应完成 568 人，占 95%。", "谈心完成 551 人，应完成 568 人，占 97%。"),
            tables=(
                ReportTable(
                    title="各年级完成情况（完成 / 应完成）",
                    header=("年级", "家访", "谈心", "成长寄语"),
                    rows=(
                        ("一年级", "370 / 383　96%", "380 / 383　99%", "383 / 383　100%"),
                        ("五年级", "170 / 185　91%", "171 / 185　92%", "185 / 185　100%"),
                        ("合计", "540 / 568　95%", "551 / 568　97%", "568 / 568　100%"),
                    ),
                    total=True,
                ),
                ReportTable(
                    title="方案要求的时间",
                    header=("动作", "年级", "次数", "时间", "完成 / 应完成"),
                    rows=(("家访", "一年级、五年级", "每学期 1 次", days, "540 / 568 人"),),
                ),
            ),
        ),
        ReportPart.VISITS: ReportSection(
            part=ReportPart.VISITS,
            facts=("家访 540 次，涉及学生 540 人。",),
            tables=(ReportTable(title="家访方式", header=("方式", "次数", "占比"), rows=shares),),
            comment=Comment(version=2, text=WORDS, by="德育韩", on=date(2027, 1, 20)),
        ),
        ReportPart.CARE: ReportSection(part=ReportPart.CARE, facts=("请心理老师帮助的学生少于 5 人。",)),
    }
    return TermReport(
        school=school,
        term="2026学年第一学期",
        on=date(2027, 1, 20),
        sections=tuple(sections.get(part, ReportSection(part=part)) for part in ReportPart),
    )


def certificates(*, school: Letterhead = SCHOOL) -> list[ServiceCertificate]:
    """A mentor of three years, one of them shared, and one who has just begun."""
    years = (
        ServiceYear(year="2024学年", classes=("五（1）班", "五（2）班"), pupils=15),
        ServiceYear(year="2025学年", classes=("一（1）班",), pupils=14, shared_with=("石磊",)),
        ServiceYear(year="2026学年", classes=("二（1）班",), pupils=16, supported=2),
    )
    on = date(2027, 1, 20)
    return [
        ServiceCertificate(school=school, name="林小满", years=years, pupils=31, lasts=True, on=on),
        ServiceCertificate(school=school, name="苏禾", years=years[:1], pupils=15, lasts=False, on=on),
    ]
