"""Facts of an invented school: each figure differs from what any preset or default says."""

from records.guides.contexts import ActionWords, Facts, PlanWords, PupilNamed
from schools.contexts import Letterhead
from schools.enums import ActionKind
from tests.documents.builders import logo

MODULES = frozenset({"rounds", "two_sided", "clubs", "wishes", "readiness", "meetings", "tree_hole", "book_handling"})


def action(kind: ActionKind, label: str, often: str, when: str, dates: str, **more: object) -> ActionWords:
    values = {"grades": (), "grade_ids": frozenset({1, 2})} | more
    return ActionWords(action=kind, label=label, often=often, when=when, dates=dates, **values)  # type: ignore[arg-type]  # its own fields


PLAN = PlanWords(
    year="2026学年",
    term="2026学年第一学期",
    cap=13,
    covered=("二年级", "四年级"),
    actions=(
        action(ActionKind.VISIT, "家访", "每学年 2 次", "全学年都可以", "9月1日—7月10日", a_term=False, count=2),
        action(ActionKind.TALK, "谈心", "每学期 3 次", "开学后 1 周到开学后 5 周", "9月8日—10月6日", count=3),
        action(ActionKind.LETTER, "成长来信", "每学期 1 次", "期末前 4 周到期末", "12月25日—1月22日"),
    ),
    with_advice=True,
    visibility="德育室",
)


def facts(**changes: object) -> Facts:
    values = {
        "head": Letterhead(name="江城市白鹭小学", logo=logo()),
        "plan": PLAN,
        "letter": "成长来信",
        "uses": MODULES,
        "office": ("韩知微", "董听澜"),
        "admins": ("管一鸣",),
        "counsellors": ("温言",),
        "emergency": ("心理老师 027-5550123", "本系统不是危机干预系统。"),
        "address": "https://daoshi.bailu.example",
        "first_password_days": 11,
    } | changes
    return Facts(**values)  # type: ignore[arg-type]  # its own fields


PUPIL = PupilNamed(name="郭 䶮", class_label="二<3>", mentors="何知秋、石磊")
