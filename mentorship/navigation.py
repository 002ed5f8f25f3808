"""The main navigation: what each role finds in it, in the order of how often it is needed."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.http import HttpRequest
from django.urls import resolve, reverse

from accounts.actors import Actor
from accounts.enums import Role
from accounts.middleware import NOBODY
from mentors.queries.people import has_pupils
from records.setup.queries.first_weeks import first_weeks
from records.setup.services.school import KEEPERS
from schools.enums import FirstWeeks
from schools.modules import is_there

#: More entries than this are not read in a line: whole groups become menus, the last one first.
MOST: Final = 7


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the navigation."""

    url: str
    label: str
    icon: str
    active: bool


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Entries that stand behind one word; without the word, each stands for itself."""

    label: str
    items: list[NavItem]

    @property
    def active(self) -> bool:
        """Whether the present page is one of them."""
        return any(item.active for item in self.items)


_OFFICE = frozenset({Role.MORAL_OFFICE})
_WATCHERS = frozenset({Role.MORAL_OFFICE, Role.LEADER})
# Everybody who works at the school.
_SCHOOL = frozenset(Role) - {Role.BUREAU}
# Pages without an entry of their own, by the first part of their address: which entry leads to them.
_UNDER = {
    "rounds": "board:list",
    "clubs": "board:list",
    "badges": "readiness:list",
    "marks": "desk:home",
    "handover": "desk:home",
    "tree_hole": "desk:home",
}
# Worth an entry, but nobody comes for it.
_NEVER_FIRST = frozenset({"desk:letters", "desk:visits", "training:list", "tree_hole:inbox", "office:tree_hole"})

# Under which word entries stand where there are too many; those without one always stand for themselves.
_MINE, _WHOLE, _KEEPING, _ALONE = "我的学生", "全校", "管理", ""

#: Whom a new school's first weeks lead, until nothing is missing.
FIRST_WEEKS: Final = "setup:first_weeks"

# URL name, label, icon, roles, group.
_ENTRIES: tuple[tuple[str, str, str, frozenset[Role], str], ...] = (
    (FIRST_WEEKS, "第一周", "check", frozenset(KEEPERS), _ALONE),
    ("desk:home", "我的学生", "book", frozenset({Role.MENTOR}), _MINE),
    ("desk:letters", "寄语台", "letter", frozenset({Role.MENTOR}), _MINE),
    ("office:dashboard", "完成情况", "chart", _WATCHERS, _WHOLE),
    ("counsel:home", "心理", "heart", frozenset({Role.COUNSELLOR}), _ALONE),
    ("board:list", "导师匹配", "people", frozenset({Role.HOMEROOM, Role.MORAL_OFFICE}), _WHOLE),
    ("office:letters", "寄语发布", "letter", _OFFICE, _WHOLE),
    ("papers:index", "打印", "print", _OFFICE, _WHOLE),
    ("desk:visits", "家访安排", "visit", frozenset({Role.HOMEROOM}), _MINE),
    ("tree_hole:inbox", "树洞卡", "tree", frozenset({Role.MENTOR, Role.HOMEROOM, Role.COUNSELLOR}), _MINE),
    ("office:tree_hole", "树洞统计", "tree", _OFFICE, _WHOLE),
    ("readiness:list", "导师队伍", "badge", _OFFICE, _WHOLE),
    ("manage:people", "教师", "people", frozenset({Role.SCHOOL_ADMIN}), _KEEPING),
    ("manage:pupils", "学生", "person", frozenset({Role.SCHOOL_ADMIN}), _KEEPING),
    ("manage:classes", "班级", "home", frozenset({Role.SCHOOL_ADMIN}), _KEEPING),
    ("imports:list", "名册导入", "upload", frozenset({Role.SCHOOL_ADMIN}), _KEEPING),
    ("year:overview", "学年", "calendar", frozenset({Role.SCHOOL_ADMIN}), _KEEPING),
    ("plan:detail", "方案", "settings", frozenset({Role.SCHOOL_ADMIN, Role.MORAL_OFFICE, Role.LEADER}), _ALONE),
    # 德育室 finds the training on the page of the mentors 导师队伍.
    ("training:list", "培训", "class", _SCHOOL - _OFFICE, _ALONE),
    ("bureau:home", "各校情况", "chart", frozenset({Role.BUREAU}), _ALONE),
)


@cache
def _view(name: str) -> Any:
    return resolve(reverse(name)).func


def _entries(actor: Actor) -> list[tuple[str, str, str, str]]:
    """Name, label, icon and group of what this person finds in the navigation."""
    return [
        (name, label, icon, group)
        for name, label, icon, roles, group in _ENTRIES
        if actor.has(*roles)
        and is_there(_view(name), actor.school)
        and (name != FIRST_WEEKS or (actor.school is not None and actor.school.first_weeks == FirstWeeks.OPEN))
    ]


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
    """Context processor: `nav_items` of the person, the present one marked, and the same as `nav_groups`."""
    actor: Actor = getattr(request, "actor", NOBODY)
    entries = [(reverse(name), label, icon, group) for name, label, icon, group in _entries(actor)]
    under = _UNDER.get(request.path.split("/")[1])
    # The most exact one: /office/letters/ lies below /office/.
    here = max((url for url, *_ in entries if request.path.startswith(url)), key=len, default="")
    here = reverse(under) if under is not None else here
    items = [(NavItem(url, label, icon, url == here), group) for url, label, icon, group in entries]
    return {"nav_items": [item for item, _ in items], "nav_groups": _grouped(items)}


def _grouped(items: list[tuple[NavItem, str]]) -> list[NavGroup]:
    """At most `MOST` things to choose from: the last group becomes a menu first."""
    closed: set[str] = set()
    for word in (_KEEPING, _WHOLE, _MINE):
        standing = [group for _, group in items if group not in closed]
        if len(standing) + len(closed) > MOST and word in standing:
            closed.add(word)
    groups: list[NavGroup] = []
    for item, group in items:
        known = next((one for one in groups if group in closed and one.label == group), None)
        if known is not None:
            known.items.append(item)
        else:
            groups.append(NavGroup(group if group in closed else "", [item]))
    return groups
