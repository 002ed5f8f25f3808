"""The main navigation: what each role finds in it, in the order of how often it is needed."""

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from django.http import HttpRequest
from django.urls import resolve, reverse

from accounts.actors import Actor
from accounts.enums import AUDITORS, Role
from accounts.middleware import NOBODY
from core.templatetags.routes import address
from mentors.queries.people import has_pupils
from records.setup.queries.first_weeks import first_weeks
from records.setup.services.school import KEEPERS
from schools.enums import FirstWeeks
from schools.modules import module_of

#: More things than this are not read in a line: then what belongs to one side of somebody's work becomes one menu.
MOST: Final = 7
#: On a phone so many stand at the bottom, or all if there is but one more; else the rest is behind 更多.
ON_PHONE: Final = 4


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the navigation."""

    url: str
    label: str
    icon: str
    active: bool


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Entries that stand behind one word; without the word, the only one stands for itself."""

    label: str
    icon: str
    items: list[NavItem]

    @property
    def active(self) -> bool:
        """Whether the present page is one of them."""
        return any(item.active for item in self.items)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of what somebody does here, and the word behind which all of it stands where there is too much."""

    label: str
    icon: str


@dataclass(frozen=True, slots=True)
class Group:
    """Entries that belong together: a menu, as soon as somebody has two of them."""

    label: str
    icon: str
    side: Side


#: In this order they become menus.
_SIDES: Final = (
    KEEPING := Side("管理", "settings"),
    MINE := Side("我的学生", "book"),
    WHOLE := Side("全校", "school"),
)
NOTICES: Final = Group("通知", "bell", WHOLE)
MENTORS: Final = Group("导师", "people", WHOLE)
MATERIALS: Final = Group("材料", "print", WHOLE)
ROSTERS: Final = Group("名册", "person", KEEPING)
UPKEEP: Final = Group("管理", "settings", KEEPING)

_ADMIN = frozenset({Role.SCHOOL_ADMIN})
_OFFICE = frozenset({Role.MORAL_OFFICE})
_WATCHERS = frozenset({Role.MORAL_OFFICE, Role.LEADER})
_BUREAU = frozenset({Role.BUREAU})
# Everybody who works at the school.
_SCHOOL = frozenset(Role) - {Role.BUREAU}
# Pages without an entry of their own, by the first part of their address: which entry leads to them.
_UNDER = {
    "rounds": "board:list",
    "clubs": "board:list",
    "badges": "readiness:list",
    "figures": "office:dashboard",
    "marks": "desk:home",
    "handover": "desk:home",
    "tree_hole": "desk:home",
}
# Worth an entry, but nobody comes for it.
_NEVER_FIRST = frozenset(
    {
        "announcements:list",
        "desk:letters",
        "desk:visits",
        "training:list",
        "tree_hole:inbox",
        "office:tree_hole",
        "plan:detail",
        "upkeep:status",
    }
)

#: Whom a new school's first weeks lead, until nothing is missing.
FIRST_WEEKS: Final = "setup:first_weeks"

# URL name, label, icon, roles, and the group, the side or nothing in which it stands.
_ENTRIES: tuple[tuple[str, str, str, frozenset[Role], Group | Side | None], ...] = (
    (FIRST_WEEKS, "第一周", "check", frozenset(KEEPERS), None),
    ("desk:home", "我的学生", "book", frozenset({Role.MENTOR}), MINE),
    ("desk:letters", "寄语台", "letter", frozenset({Role.MENTOR}), MINE),
    ("leader:page", "总览", "school", frozenset({Role.LEADER}), WHOLE),
    ("office:dashboard", "完成情况", "chart", _WATCHERS, WHOLE),
    ("counsel:home", "心理", "heart", frozenset({Role.COUNSELLOR}), None),
    ("reminding:home", "提醒", "bell", _OFFICE, NOTICES),
    ("announcements:list", "公告", "bell", frozenset({Role.MORAL_OFFICE, Role.BUREAU}), NOTICES),
    ("board:list", "导师匹配", "people", frozenset({Role.HOMEROOM, Role.MORAL_OFFICE}), MENTORS),
    ("readiness:list", "导师队伍", "badge", _OFFICE, MENTORS),
    ("office:tree_hole", "树洞统计", "tree", _OFFICE, MENTORS),
    ("office:letters", "寄语发布", "letter", _OFFICE, WHOLE),
    ("papers:index", "打印", "print", _OFFICE, MATERIALS),
    ("settling:index", "期末材料", "file", _WATCHERS, MATERIALS),
    ("desk:visits", "家访安排", "visit", frozenset({Role.HOMEROOM}), MINE),
    ("tree_hole:inbox", "树洞卡", "tree", frozenset({Role.MENTOR, Role.HOMEROOM, Role.COUNSELLOR}), MINE),
    ("manage:people", "教师", "people", _ADMIN, KEEPING),
    ("manage:pupils", "学生", "person", _ADMIN, ROSTERS),
    ("manage:classes", "班级", "home", _ADMIN, ROSTERS),
    ("imports:list", "名册导入", "upload", _ADMIN, ROSTERS),
    ("year:overview", "学年", "calendar", _ADMIN, KEEPING),
    ("sending:overview", "发送情况", "inbox", _ADMIN, UPKEEP),
    ("upkeep:status", "状态", "info", _ADMIN, UPKEEP),
    ("audit:lines", "使用记录", "clock", frozenset(AUDITORS), UPKEEP),
    # 德育室 finds the training on the page of the mentors 导师队伍.
    ("training:list", "培训", "class", _SCHOOL - _OFFICE, MINE),
    ("plan:detail", "方案", "settings", _SCHOOL, None),
    ("bureau:home", "各校情况", "chart", _BUREAU, None),
    ("bureau:visits", "家访月", "visit", _BUREAU, None),
    ("bureau:city_plan", "全市方案", "settings", _BUREAU, None),
    ("plan:schools", "各校方案", "file", _BUREAU, None),
    ("bureau:commendations", "表彰", "star", _BUREAU, None),
    ("bureau:report", "年度报告", "calendar", _BUREAU, None),
)


@cache
def _view(name: str) -> Any:
    return resolve(reverse(name)).func


def _entries(actor: Actor) -> tuple[tuple[str, str, str, Group | Side | None], ...]:
    """Name, label, icon and place of what this person finds in the navigation."""
    school = actor.school
    begins = school is not None and school.first_weeks == FirstWeeks.OPEN
    return _entries_of(actor.roles, school.in_use if school is not None else None, begins)


@lru_cache
def _entries_of(
    held: frozenset[Role], in_use: frozenset[str] | None, begins: bool
) -> tuple[tuple[str, str, str, Group | Side | None], ...]:
    """The same for all who hold these roles where these modules are in use; `begins` in the first weeks."""
    return tuple(
        (name, label, icon, place)
        for name, label, icon, roles, place in _ENTRIES
        if not held.isdisjoint(roles)
        and (in_use is None or module_of(_view(name)) in {None, *in_use})
        and (name != FIRST_WEEKS or begins)
    )


def home_url(actor: Actor) -> str:
    """Where a person starts: in a school's first weeks there where something is missing; at their pupils if they have
    any, else at the first entry of another role.

    Every teacher is a mentor, so the role alone says little about what an office worker comes for.
    """
    names = [name for name, *_ in _entries(actor)]
    if FIRST_WEEKS in names and not all(step.is_done for step in first_weeks(actor)):
        return reverse(FIRST_WEEKS)
    if actor.has(Role.MENTOR) and has_pupils(actor):
        return reverse("desk:home")
    # The mentor's own pages come last here, for whoever has no pupils yet.
    names = [name for name in names if name not in (FIRST_WEEKS, "desk:home")] + ["desk:home"] * ("desk:home" in names)
    return reverse(next((name for name in names if name not in _NEVER_FIRST), "notices:inbox"))


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the entries of the person, the present one marked: `nav_groups` for a line above the page;
    for a phone `nav_bar`, what stands at the bottom, and `nav_more`, the rest.
    """
    actor: Actor = getattr(request, "actor", NOBODY)
    entries = _entries(actor)
    under = _UNDER.get(request.path.split("/")[1])
    # The most exact one: /office/letters/ lies below /office/.
    urls = [address(name) for name, *_ in entries]
    here = max((url for url in urls if request.path.startswith(url)), key=len, default="")
    return _menus(entries, tuple(urls), address(under) if under is not None else here)


@lru_cache
def _menus(
    entries: tuple[tuple[str, str, str, Group | Side | None], ...], urls: tuple[str, ...], here: str
) -> dict[str, Any]:
    """What `navigation` answers where these are the entries and `here` is the present one."""
    items = [
        (NavItem(url, label, icon, url == here), place)
        for url, (_, label, icon, place) in zip(urls, entries, strict=True)
    ]
    bar = _grouped(items, ())
    rest = len(bar) if len(bar) <= ON_PHONE + 1 else ON_PHONE
    more = [item for group in bar[rest:] for item in group.items]
    return {"nav_groups": _few(items), "nav_bar": bar[:rest], "nav_more": more}


def _few(items: list[tuple[NavItem, Group | Side | None]]) -> list[NavGroup]:
    """At most `MOST` things to choose from: as many sides become menus as it takes."""
    found = (_grouped(items, _SIDES[:count]) for count in range(len(_SIDES)))
    return next((groups for groups in found if len(groups) <= MOST), _grouped(items, _SIDES))


def _grouped(items: list[tuple[NavItem, Group | Side | None]], folded: tuple[Side, ...]) -> list[NavGroup]:
    """Each menu where its first entry stands; the sides in `folded` are one menu each, whatever they hold."""
    menus: dict[object, NavGroup] = {}
    for item, place in items:
        side = place.side if isinstance(place, Group) else place
        menu = side if side in folded else place
        if menu is None or (isinstance(menu, Side) and menu not in folded):
            menus[item.url] = NavGroup("", item.icon, [item])
        else:
            menus.setdefault(menu, NavGroup(menu.label, menu.icon, [])).items.append(item)
    return [menu if len(menu.items) > 1 else NavGroup("", menu.icon, menu.items) for menu in menus.values()]
