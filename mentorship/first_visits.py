"""What each role is told at the first visit of its home page: three sentences and one thing to do, until closed."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from django.urls import resolve, reverse

from accounts.actors import Actor
from accounts.enums import Role
from accounts.middleware import NOBODY
from accounts.models import User
from schools.modules import is_there


@dataclass(frozen=True, slots=True)
class FirstVisit:
    """The words to one role, shown on `pages`; the way to `action` is left out where the school does not use it."""

    role: Role
    pages: tuple[str, ...]
    sentences: tuple[str, str, str]
    action: str
    label: str

    @property
    def url(self) -> str:
        """Where the one thing is done."""
        return reverse(self.action)

    @property
    def title(self) -> str:
        """To whom it is said."""
        return f"{self.role.label}，您好"


#: In the order in which somebody with several roles is told on one page.
FIRST_VISITS: Final = (
    FirstVisit(
        Role.SCHOOL_ADMIN,
        ("setup:first_weeks", "manage:people"),
        (
            "您管名册、账号和学年，看不到学生的记录。",
            "先导入教师和学生名册：有什么问题，会在导入前一行行告诉您，导错了可以整批撤回。",
            "教师用账号条第一次登录，一次就能打印全校的。",
        ),
        "imports:upload",
        "导入名册",
    ),
    FirstVisit(
        Role.MORAL_OFFICE,
        ("setup:first_weeks", "office:dashboard"),
        (
            "您看全校的完成情况，安排匹配，发布寄语，打印所有的纸。",
            "每学期做什么、做几次，都由学校的方案决定，您随时可以改，改之前会先看到影响。",
            "提醒由系统按窗口期发出，不用您一个个催。",
        ),
        "plan:detail",
        "看学校的方案",
    ),
    FirstVisit(
        Role.LEADER,
        ("leader:page", "office:dashboard"),
        (
            "您在“总览”里一屏看全校和今后两周，只看数字，看不到谈心的内容；开会用的一页可以直接打印。",
            "红色的是过了窗口期还没有完成的，点进去能看到是哪个班。",
            "方案页写着学校定下的规则和它们的来历。",
        ),
        "plan:detail",
        "看学校的方案",
    ),
    FirstVisit(
        Role.MENTOR,
        ("desk:home",),
        (
            "这就是您的导师记录本：一位学生一行，家访、谈心、寄语做了没有，一眼看到。",
            "点格子就能登记，一分钟够了；写到一半会自动存着，换手机也能接着写。",
            "只想自己留着的话，可见范围选“仅本人”，别人看不到，也不会印出来。",
        ),
        "mentor_cards:mine",
        "写一张导师卡，让学生认识您",
    ),
    FirstVisit(
        Role.HOMEROOM,
        ("board:list", "desk:home"),
        (
            "您是班级导师团的团长：本班的匹配、凭条和家访时间由您安排。",
            "在“导师匹配”里点开您的班，拖动或点选就能安排，先试后存，满了会提示。",
            "同班导师的联合家访，在“家访安排”里一次排好。",
        ),
        "desk:visits",
        "看本班的家访安排",
    ),
    FirstVisit(
        Role.COUNSELLOR,
        ("counsel:home",),
        (
            "导师转介来的、与您分享的，都在这里，只有心理老师打得开。",
            "通知里不写内容；您点“收到”，导师就知道有人接手了。",
            "本系统不是危机干预系统：情况紧急，请先按学校的紧急联系卡打电话。",
        ),
        "counsel:notes",
        "看与您分享的记录",
    ),
    FirstVisit(
        Role.DATA_OFFICER,
        ("audit:lines",),
        (
            "您看学校里谁在什么时候看过、改过、导出过什么，看不到记录的内容。",
            "可以按人员、学生、种类和日期来找；受限的记录只写有人看过，不写是谁的。",
            "短时间里看了很多学生的，会列在最上面：只是提醒您问一声，不是结论。",
        ),
        "audit:seen",
        "看谁看过与我有关的",
    ),
    FirstVisit(
        Role.BUREAU,
        ("bureau:home",),
        (
            "您看各校的汇总数字和方案，看不到学生姓名和记录内容。",
            "各校的规则不同，每一列都按该校自己的方案计算。",
            "新学校用一张 Excel 表开通，多少所都行，管理员凭账号条登录。",
        ),
        "bureau:new_schools",
        "开通学校",
    ),
)


def first_visit(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `first_visit`, what is told on this page and was not closed yet, or None. No query."""
    actor: Actor = getattr(request, "actor", NOBODY)
    user, match = getattr(request, "user", None), request.resolver_match
    if not isinstance(user, User) or match is None:
        return {"first_visit": None}
    told = (
        visit
        for visit in FIRST_VISITS
        if match.view_name in visit.pages and actor.has(visit.role) and visit.role not in user.first_visits
    )
    return {"first_visit": next((v for v in told if is_there(resolve(v.url).func, actor.school)), None)}
