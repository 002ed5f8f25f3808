"""The lines of 使用记录: what they are asked for, and each in a sentence."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date
from django.utils.timezone import get_current_timezone, localtime

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import AuditEntry, User
from accounts.querysets import AuditQuerySet
from core.clock import cn_day
from core.errors import DomainError
from core.lists import ListColumn, ListOut, batched
from core.search import named_like
from jobs.enums import ListShape, TakenFor
from jobs.registry import handler_for
from records.audit.contexts import DEEDS, FIGURES, LISTS, UNKNOWN, verbs_of
from records.audit.enums import DeedKind
from records.audit.queries.subjects import Target, concerning, names_of
from students.models import Pupil

#: So many lines are counted and paged through; who looks for more asks for a day, a person or a pupil.
MOST: Final = 10_000
#: A name that so many share is asked for in full.
MOST_PEOPLE: Final = 20
_AT_ONCE: Final = 500
#: Of these there are so few that they are looked up by their verbs: by time, all that lies between would be read.
_SELDOM: Final = frozenset({DeedKind.EXPORT, DeedKind.PRINT, DeedKind.SLIP})
_SHAPES: Final = {str(ListShape.XLSX): "Excel", str(ListShape.PDF): "打印稿"}
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class LineFilter:
    """Which lines are wanted; what an address says and nobody knows counts as not said."""

    kind: str = ""
    day: datetime.date | None = None
    who: str = ""
    pupil: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "LineFilter":
        """As an address or a form asks for it."""
        kind = asked.get("kind", "")
        try:
            day = parse_date(asked.get("day", ""))
        except ValueError:
            day = None
        who, pupil = (asked.get(name, "").strip()[:60] for name in ("who", "pupil"))
        return cls(kind if kind in DeedKind else "", day, who, pupil)

    @property
    def rest(self) -> str:
        """In an address, without the kind."""
        return urlencode({"day": self.day or "", "who": self.who, "pupil": self.pupil})

    @property
    def words(self) -> str:
        """What a paper says of it; the names that were looked for stay out of it."""
        said = [str(DeedKind(self.kind).label) if self.kind else "", cn_day(self.day) if self.day else ""]
        said += ["按人" if self.who else "", "按学生" if self.pupil else ""]
        return "，".join(part for part in said if part)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: when, who did it, and what, in words."""

    at: datetime.datetime
    who: str
    deed: str
    kind: DeedKind
    is_counted: bool = False
    times: int = 1

    def is_same(self, other: "Line") -> bool:
        """Whether the same happened on the same day."""
        mine, others = localtime(self.at).date(), localtime(other.at).date()
        return (self.who, self.deed, mine) == (other.who, other.deed, others)

    @property
    def words(self) -> str:
        """What was done, and how often on end."""
        return f"{self.deed}（{self.times} 次）" if self.times > 1 else self.deed


@dataclass(frozen=True, slots=True)
class Found:
    """What a filter finds; `problem` says why nothing can be shown for it."""

    rows: AuditQuerySet
    problem: str = ""


def find_lines(actor: Actor, wanted: LineFilter) -> Found:
    """The entries of the actor's school that fit, the newest first. Up to three queries, for the names looked for."""
    rows = AuditEntry.objects.visible_to(actor)
    if wanted.day is not None:
        begin = datetime.datetime.combine(wanted.day, datetime.time(), get_current_timezone())
        rows = rows.filter(at__gte=begin, at__lt=begin + datetime.timedelta(days=1))
    if wanted.kind:
        kind = DeedKind(wanted.kind)
        rows = rows.filter(verb__in=verbs_of(kind))
        if kind in _SELDOM:
            rows = AuditEntry.objects.filter(pk__in=rows.order_by().values("pk"))
    rows = rows.order_by("-at", "-pk").select_related("user")
    if wanted.who:
        people = Q(name__icontains=wanted.who) | Q(username=wanted.who)
        users = _keys(User.objects.visible_to(actor).filter(people))
        if problem := _too_many(users, "位老师", wanted.who):
            return Found(rows.none(), problem)
        rows = rows.filter(user__in=users)
    if wanted.pupil:
        children = Pupil.objects.in_school(actor).filter(named_like(wanted.pupil) | Q(student_number=wanted.pupil))
        pupils = _keys(children)
        if problem := _too_many(pupils, "名学生", wanted.pupil):
            return Found(rows.none(), problem)
        rows = rows.filter(concerning(pupils))
    return Found(rows)


def _keys(rows: QuerySet[Any]) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[: MOST_PEOPLE + 1])


def _too_many(keys: list[int], unit: str, text: str) -> str:
    if len(keys) <= MOST_PEOPLE:
        return ""
    return f"“{text}”有 {MOST_PEOPLE} {unit}以上，请写完整的姓名。"


def lines_of(entries: Iterable[AuditEntry]) -> list[Line]:
    """Each entry in words, with its person at hand. One query for the names."""
    entries = list(entries)
    named = [entry for entry in entries if DEEDS.get(entry.verb, UNKNOWN).names]
    names = names_of(named)
    told: list[Line] = []
    for line in (_line(entry, names) for entry in entries):
        if line.is_counted and told and told[-1].is_same(line):
            told[-1] = replace(told[-1], times=told[-1].times + 1)
        else:
            told.append(line)
    return told


def _line(entry: AuditEntry, names: Mapping[Target, list[str]]) -> Line:
    deed = DEEDS.get(entry.verb, UNKNOWN)
    whom = names.get((entry.target_type, entry.target_id or 0), []) if deed.names else []
    said = deed.words
    if whom:
        said += f"：{'、'.join(whom[:_SHOWN])}" + (f"等 {len(whom)} 人" if len(whom) > _SHOWN else "")
    if more := figures(deed.more, entry.detail):
        said += f"（{more}）"
    return Line(entry.at, entry.user.name if entry.user is not None else deed.nobody, said, deed.kind, deed.is_counted)


def figures(words: str, detail: Mapping[str, Any]) -> str:
    """What stands in the brackets: each part of `words` between commas whose figures the entry has."""
    kept = []
    for part in words.split("，") if words else ():
        try:
            kept.append(part.format_map({key: text for key, value in detail.items() if (text := _said(key, value))}))
        except KeyError:
            continue
    return "，".join(kept)


def _said(key: str, value: Any) -> str:
    if isinstance(value, list | dict):
        return str(len(value))
    if key == "role" and value in Role:
        return str(Role(value).label)
    if key == "reason" and value in TakenFor:
        return str(TakenFor(value).label)
    if key == "as":
        return _SHAPES.get(str(value), "")
    if key == "list":
        return LISTS.get(str(value), FIGURES)
    if key == "kind":
        return _title_of(str(value))
    return str(value)


def _title_of(kind: str) -> str:
    try:
        return handler_for(kind).title
    except DomainError:
        return ""


def lines_out(rows: AuditQuerySet, wanted: LineFilter) -> ListOut:
    """The lines as a list to export or print."""
    return ListOut(
        name="audit",
        title="使用记录",
        columns=[
            ListColumn("时间", 20),
            ListColumn("谁", 12),
            ListColumn("做了什么", 60),
            ListColumn("类别", 12),
        ],
        rows=_rows(rows),
        names_children=True,
        about=wanted.words,
        where={"kind": wanted.kind, "day": str(wanted.day or "")},
        note="这里不记内容，只记谁在什么时候做了什么。",
        who=1,
    )


def _rows(rows: AuditQuerySet) -> Iterator[list[str]]:
    for part in batched(rows[:MOST].iterator(chunk_size=_AT_ONCE), _AT_ONCE):
        for line in lines_of(part):
            yield [f"{localtime(line.at):%Y-%m-%d %H:%M}", line.who, line.words, str(line.kind.label)]
