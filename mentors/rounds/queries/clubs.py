"""Clubs 社团 whose leaders mentor their members (Wuhu plan 五(二)): lists, members, and who a typed line means."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from accounts.actors import Actor
from core.kept import kept
from core.text import clean_name, clean_text
from mentors.models.slots import Assignment
from mentors.rounds.models import Club, ClubMember
from schools.labels import CLASS_KEY, ClassKey, parse_class_label
from schools.models import SchoolYear
from schools.queries import grade_sense
from students.models import Enrolment

ReadClass = Callable[[str], ClassKey | None]

_SEPARATORS = re.compile(r"[\s,，、;；]+")


def clubs_visible_to(actor: Actor) -> QuerySet[Club]:
    """The clubs that the actor may open, leader's names and year at hand."""
    rows = Club.objects.visible_to(actor).select_related("mentor", "year__school")
    return rows.prefetch_related("mentor__members__teacher")


@kept
def led_clubs(actor: Actor, year: SchoolYear) -> QuerySet[Club]:
    """The clubs that the actor leads in `year`. One query."""
    if actor.user_id is None:
        return Club.objects.none()
    rows = Club.objects.filter(year=year, mentor__members__teacher__user_id=actor.user_id)
    return rows.order_by("name", "pk")


@dataclass(frozen=True, slots=True)
class ClubRow:
    """A club with its size, and whether its leader has room for those who have no mentor yet."""

    club: Club
    members: int
    # Members of all clubs of this leader who have no main mentor yet, and the leader's free places.
    waiting: int
    free: int

    @property
    def over(self) -> int:
        """How many will not find a place."""
        return max(self.waiting - max(self.free, 0), 0)

    @property
    def advice(self) -> str:
        """What to do about those who will not find a place; empty if all do."""
        if not self.over:
            return ""
        size = f"社团 {self.members} 人，导师上限 {self.club.mentor.capacity}"
        if self.waiting != self.members or self.free != self.club.mentor.capacity:
            size += f"，还有 {self.waiting} 人没有导师、{max(self.free, 0)} 个名额"
        return f"{size}：{self.over} 位需要另选导师，或批准 {self.over} 个超额。"


def club_rows(actor: Actor, year: SchoolYear, club_id: int | None = None) -> list[ClubRow]:
    """The clubs of `year` that the actor may open, or the one with this key, with sizes and room. Five queries."""
    waiting = Counter(_waiting(actor, year, club_id))
    clubs = _clubs(actor, year, club_id)
    return [ClubRow(club, club.size, waiting[club.mentor_id], club.mentor.free) for club in clubs]


@kept
def _waiting(actor: Actor, year: SchoolYear, club_id: int | None) -> QuerySet[ClubMember, int]:
    clubs = _of_year(actor, year, club_id)
    return (
        ClubMember.objects.filter(year=year, club__mentor__in=clubs.values("mentor_id"))
        .exclude(pupil_id__in=Assignment.objects.active().main().filter(year=year).values("pupil_id"))
        .values_list("club__mentor_id", flat=True)
    )


@kept
def _clubs(actor: Actor, year: SchoolYear, club_id: int | None) -> QuerySet[Any]:
    rows = _of_year(actor, year, club_id)
    return rows.annotate(size=Count("members", distinct=True)).order_by("name", "pk")


def _of_year(actor: Actor, year: SchoolYear, club_id: int | None) -> QuerySet[Club]:
    rows = clubs_visible_to(actor).filter(year=year)
    return rows.filter(pk=club_id) if club_id is not None else rows


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member with the present class and main mentor; `enrolment` is None for one who has left."""

    member: ClubMember
    enrolment: Enrolment | None
    mentor: str


def member_rows(club: Club) -> list[MemberRow]:
    """The members in the order of the class lists, those who left last. Five queries."""
    present = Enrolment.objects.active().filter(year=club.year_id).select_related("school_class__grade")
    mains = Assignment.objects.active().main().filter(year=club.year_id).select_related("mentor")
    members = (
        ClubMember.objects.filter(club=club)
        .select_related("pupil")
        .prefetch_related(
            Prefetch("pupil__enrolments", present, to_attr="places"),
            Prefetch("pupil__assignments", mains.prefetch_related("mentor__members__teacher"), to_attr="mains"),
        )
    )
    rows = []
    for member in members:
        places: list[Enrolment] = getattr(member.pupil, "places", [])
        held: list[Assignment] = getattr(member.pupil, "mains", [])
        rows.append(MemberRow(member, places[0] if places else None, held[0].mentor.names if held else ""))
    return sorted(rows, key=_list_order)


def _list_order(row: MemberRow) -> tuple[int, int, int, str, int]:
    place, pupil = row.enrolment, row.member.pupil
    if place is None:
        return (99, 0, 0, pupil.pinyin, pupil.pk)
    return (
        place.school_class.grade.number,
        place.school_class.number,
        place.seat_number or 999,
        pupil.pinyin,
        pupil.pk,
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A pupil present in the year."""

    pk: int
    name: str
    school_class: ClassKey


@dataclass(frozen=True, slots=True)
class Reading:
    """Whom the typed lines mean, in their order and each once; `problems` are sentences on those that mean nobody."""

    pupil_ids: list[int]
    problems: list[str]


def read_members(year: SchoolYear, text: str) -> Reading:
    """Read one pupil a line: 学籍号, or class and name, or a name that only one pupil has. Two queries.

    Never by the name alone where two share it (the year needs its `school` at hand).
    """
    by_number: dict[str, Known] = {}
    by_name: dict[str, list[Known]] = defaultdict(list)
    columns = ("pupil_id", "pupil__name", "pupil__student_number", *CLASS_KEY)
    for pk, name, number, *place in Enrolment.objects.active().of_year(year).values_list(*columns):
        known = Known(pk, name, ClassKey(*place))
        by_name[name].append(known)
        if number:
            by_number[number.upper()] = known
    read_class = partial(parse_class_label, sense=grade_sense(year.school), start_year=year.start_year)
    found: dict[int, None] = {}
    problems = []
    for at, raw in enumerate(text.splitlines(), start=1):
        line = clean_text(raw)
        if line:
            meant, problem = _meant(line, read_class, by_number, by_name)
            if meant is not None:
                found[meant.pk] = None
            else:
                problems.append(f"第 {at} 行“{line[:40]}”：{problem}")
    return Reading(list(found), problems)


def _meant(
    line: str, read_class: ReadClass, by_number: dict[str, Known], by_name: dict[str, list[Known]]
) -> tuple[Known | None, str]:
    parts = [part for part in _SEPARATORS.split(line) if part]
    numbered = next((by_number[part.upper()] for part in parts if part.upper() in by_number), None)
    if numbered is not None:
        rest = [part for part in parts if by_number.get(part.upper()) is not numbered]
        wanted, school_class = _name_and_class(rest, read_class)
        if (wanted and wanted != numbered.name) or (school_class and school_class != numbered.school_class):
            return None, f"学籍号是{numbered.school_class.label}{numbered.name}的，其余写的却不同，请改正。"
        return numbered, ""
    name, school_class = _name_and_class(parts, read_class)
    candidates = by_name.get(name, [])
    if school_class is not None:
        candidates = [known for known in candidates if known.school_class == school_class]
    if len(candidates) == 1:
        return candidates[0], ""
    if not candidates:
        return None, "本学年名册里没有这位同学，请检查班级和姓名，一行写一位，如“高一（1）班 王小明”。"
    if school_class is not None:
        return None, f"{school_class.label}有 {len(candidates)} 位同学叫这个名字，请改写学籍号。"
    classes = "、".join(sorted({known.school_class.label for known in candidates}))
    return None, f"有 {len(candidates)} 位同学叫这个名字（{classes}），请在前面写上班级，或改写学籍号。"


def _name_and_class(parts: list[str], read_class: ReadClass) -> tuple[str, ClassKey | None]:
    for at, part in enumerate(parts):
        if key := read_class(part):
            return clean_name(" ".join(parts[:at] + parts[at + 1 :])), key
    return clean_name(" ".join(parts)), None
