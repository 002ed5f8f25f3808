"""The main navigation: what each role finds in it, in the order of how often it is needed."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.actors import Actor
from accounts.enums import Role
from accounts.middleware import NOBODY
from mentors.queries.people import has_pupils


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the navigation."""

    url: str
    label: str
    icon: str
    active: bool


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

# URL name, label, icon, roles.
_ENTRIES: tuple[tuple[str, str, str, frozenset[Role]], ...] = (
    ("desk:home", "我的学生", "book", frozenset({Role.MENTOR})),
    ("desk:letters", "寄语台", "letter", frozenset({Role.MENTOR})),
    ("office:dashboard", "完成情况", "chart", _WATCHERS),
    ("counsel:home", "心理", "heart", frozenset({Role.COUNSELLOR})),
    ("board:list", "导师匹配", "people", frozenset({Role.HOMEROOM, Role.MORAL_OFFICE})),
    ("office:letters", "寄语发布", "letter", _OFFICE),
    ("papers:index", "打印", "print", _OFFICE),
    ("desk:visits", "家访安排", "visit", frozenset({Role.HOMEROOM})),
    ("tree_hole:inbox", "树洞卡", "tree", frozenset({Role.MENTOR, Role.HOMEROOM, Role.COUNSELLOR})),
    ("office:tree_hole", "树洞统计", "tree", _OFFICE),
    ("readiness:list", "导师队伍", "badge", _OFFICE),
    ("manage:people", "教师", "people", frozenset({Role.SCHOOL_ADMIN})),
    ("manage:pupils", "学生", "person", frozenset({Role.SCHOOL_ADMIN})),
    ("manage:classes", "班级", "home", frozenset({Role.SCHOOL_ADMIN})),
    ("imports:list", "名册导入", "upload", frozenset({Role.SCHOOL_ADMIN})),
    ("year:overview", "学年", "calendar", frozenset({Role.SCHOOL_ADMIN})),
    ("plan:detail", "方案", "settings", frozenset({Role.SCHOOL_ADMIN, Role.MORAL_OFFICE, Role.LEADER})),
    ("training:list", "培训", "class", _SCHOOL),
    ("bureau:home", "各校情况", "chart", frozenset({Role.BUREAU})),
)


def home_url(actor: Actor) -> str:
    """Where a person starts: at their pupils if they have any, else at the first entry of another role.

    Every teacher is a mentor, so the role alone says little about what an office worker comes for.
    """
    if actor.has(Role.MENTOR) and has_pupils(actor):
        return reverse("desk:home")
    for name, _label, _icon, roles in _ENTRIES[1:] + _ENTRIES[:1]:
        if actor.has(*roles) and name not in _NEVER_FIRST:
            return reverse(name)
    return reverse("notices:inbox")


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `nav_items` of the person, the present one marked."""
    actor: Actor = getattr(request, "actor", NOBODY)
    entries = [(reverse(name), label, icon) for name, label, icon, roles in _ENTRIES if actor.has(*roles)]
    under = _UNDER.get(request.path.split("/")[1])
    # The most exact one: /office/letters/ lies below /office/.
    here = max((url for url, _, _ in entries if request.path.startswith(url)), key=len, default="")
    here = reverse(under) if under is not None else here
    return {"nav_items": [NavItem(url, label, icon, url == here) for url, label, icon in entries]}
