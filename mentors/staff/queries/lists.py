"""The lists of the school's people as they go out. Who takes part in training first stands in none."""

from collections.abc import Iterator, Mapping
from typing import Final

from django.db.models import QuerySet

from accounts.enums import AccountState
from core.lists import ListColumn, ListOut, batched
from core.workbooks.writer import Value
from mentors.models.slots import Teacher
from mentors.staff.queries.readiness import readiness_rows
from mentors.staff.queries.training import training_of
from schools.models import SchoolYear

_AT_ONCE: Final = 500
_WHO: Final = (ListColumn("姓名"), ListColumn("工号", 12))


def mentorship_out(found: QuerySet[Teacher], *, about: str, where: Mapping[str, object]) -> ListOut:
    """Those of `readiness_teachers`: who mentors, in which classes, how many pupils; nothing of readiness 暂不适合."""

    def lines() -> Iterator[list[Value]]:
        for part in batched(found.iterator(chunk_size=_AT_ONCE), _AT_ONCE):
            for row in readiness_rows(part):
                mentor = row.slot.mentor if row.slot is not None else None
                classes = (
                    "、".join(team.school_class.label for team in mentor.teams.all()) if mentor is not None else ""
                )
                load = mentor.load if mentor is not None else None
                yield [row.teacher.name, row.teacher.number, row.teacher.subject, classes or "还没有担任", load]

    columns = [*_WHO, ListColumn("任教"), ListColumn("导师所在的班", 20), ListColumn("学生", 6, number=True)]
    return ListOut("mentorship", "导师队伍", columns, lines(), False, about=about, where=where)


def people_out(found: QuerySet[Teacher], *, about: str, where: Mapping[str, object]) -> ListOut:
    """Those of `with_account_state`: who is on the roster, with which roles, and how far with the account."""

    def lines() -> Iterator[list[Value]]:
        for part in batched(found.iterator(chunk_size=_AT_ONCE), _AT_ONCE):
            for one in part:
                grants = getattr(one.user, "present_grants", ()) if one.user is not None else ()
                roles = "、".join(dict.fromkeys(grant.get_role_display() for grant in grants))
                load = next((slot.mentor.load for slot in getattr(one, "slots", ())), None)
                state = str(AccountState(getattr(one, "account_state", AccountState.NONE)).label)
                left = "已离职" if one.left_on is not None else state
                yield [one.name, one.number, one.subject, one.duty, roles, load, left]

    columns = [*_WHO, ListColumn("任教"), ListColumn("职务", 14), ListColumn("角色", 22)]
    columns += [ListColumn("学生", 6, number=True), ListColumn("账号", 14)]
    return ListOut("people", "教师与账号", columns, lines(), False, about=about, where=where, confidential=True)


def training_out(found: QuerySet[Teacher], year: SchoolYear) -> ListOut:
    """Those of `teachers_with_training`: how often and how many hours each attended in the year, by number."""

    def lines() -> Iterator[list[Value]]:
        for part in batched(found.iterator(chunk_size=_AT_ONCE), _AT_ONCE):
            for one in part:
                row = training_of(one, year)
                which = "；".join(f"{session.date} {session.topic}" for session in row.sessions)
                yield [one.name, one.number, len(row.sessions), float(row.hours), which]

    columns = [*_WHO, ListColumn("参加", 6, number=True), ListColumn("学时", 6, number=True), ListColumn("哪几次", 44)]
    where = {"year": year.start_year}
    note = "按工号排列，不作比较。"
    return ListOut("training", "培训学时", columns, lines(), False, about=str(year), where=where, note=note)
