"""When places do not suffice: what would make the match whole, said in a sentence, never a bare error.

Two kinds: the grade as a whole has too few places, or it has enough but not where mentors are open (class by class).
The cap is 原则上不超过 1:15 (Guyi plan, 四(二); Wuhu plan, 五(二)); 德育室 may grant exceptions.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_GRADE_BY_NUMBER = re.compile(r"[一二三四五六七八九]年级")


@dataclass(frozen=True, slots=True)
class MentorRoom:
    """A mentor of the round: open to the class `label` ("" if to all), held by `people`, with `places` before the
    match, of which `placed` are taken by it."""

    key: int
    label: str
    people: int
    places: int
    placed: int = 0

    @property
    def room(self) -> int:
        """Places that the match has left."""
        return max(self.places - self.placed, 0)


@dataclass(frozen=True, slots=True)
class Lack:
    """Pupils of a class who got nobody."""

    label: str
    pupils: int


@dataclass(frozen=True, slots=True)
class Host:
    """Mentors of a class who have room left."""

    label: str
    room: int
    mentors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shortage:
    """What is missing, and each way out with its number.

    `missing` places in the grade as a whole (0: only the openness stands in the way); `more_mentors` would bring them;
    `exceptions` to the cap would do as well: as many as are missing, or, if nothing is, as many as got nobody.
    `movable` of the pupils in `lacks` could go to the mentors of `hosts`, if those were opened to them.
    """

    missing: int
    more_mentors: int
    exceptions: int
    lacks: tuple[Lack, ...]
    hosts: tuple[Host, ...]
    movable: int
    sentence: str


def shortage(
    grade_name: str, pupils: int, mentors: Sequence[MentorRoom], cap: int, unplaced: Mapping[str, int] | None = None
) -> Shortage | None:
    """What would give each of `pupils` a place; None if nothing is missing.

    `pupils` are those who take part, `cap` is per person, `unplaced` counts by class label whom the match left out.
    Without `unplaced` only the grade as a whole is looked at. Classes are named in the order of `unplaced`, hosts in
    the order of `mentors`.
    """
    lacks = tuple(Lack(label, count) for label, count in (unplaced or {}).items() if count > 0)
    places = sum(mentor.places for mentor in mentors)
    missing = max(pupils - places, 0)
    left_out = sum(lack.pupils for lack in lacks)
    if not missing and not left_out:
        return None
    hosts = _hosts(mentors) if lacks else ()
    movable = min(left_out, sum(host.room for host in hosts))
    more = -(-missing // cap)
    exceptions = missing or left_out
    if missing:
        people = sum(mentor.people for mentor in mentors)
        sentence = _too_few(grade_name, pupils, people, cap, places, missing) + _crossing("另可", movable, hosts)
    else:
        lacking = "、".join(f"{lack.label}缺 {lack.pupils} 个" for lack in lacks)
        ways = _crossing("可", movable, hosts).removesuffix("。")
        sentence = (
            f"{_named(grade_name)}名额总数够，但{lacking}。{ways}{'，或' if ways else '可'}批准 {exceptions} 个超额。"
        )
    return Shortage(missing, more, exceptions, lacks, hosts, movable, sentence)


def _named(grade_name: str) -> str:
    """第五年级 as the plans count grades; 高一, 初二 stay as they are."""
    return f"第{grade_name}" if _GRADE_BY_NUMBER.fullmatch(grade_name) else grade_name


def _too_few(grade_name: str, pupils: int, people: int, cap: int, places: int, missing: int) -> str:
    # Where exceptions or earlier pupils make the places other than people × cap, the reader needs them to follow.
    counted = "" if places == people * cap else f"，共 {places} 个名额"
    more = -(-missing // cap)
    return (
        f"{_named(grade_name)} {pupils} 人、{people} 位导师，上限 {cap}{counted}：缺 {missing} 个名额。"
        f"再增 {more} 位导师，或批准 {missing} 个超额。"
    )


def _crossing(start: str, movable: int, hosts: Sequence[Host]) -> str:
    if not movable:
        return ""
    where = "、".join(f"{host.label or '面向全年级'}的导师（还可带 {host.room} 人）" for host in hosts)
    return f"{start}将 {movable} 名学生调至 {where}。"


def _hosts(mentors: Sequence[MentorRoom]) -> tuple[Host, ...]:
    """Mentors with room, by class."""
    by_label: dict[str, list[MentorRoom]] = {}
    for mentor in mentors:
        if mentor.room:
            by_label.setdefault(mentor.label, []).append(mentor)
    return tuple(Host(label, sum(m.room for m in some), tuple(m.key for m in some)) for label, some in by_label.items())
