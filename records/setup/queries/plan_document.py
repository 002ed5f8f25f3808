"""The plan as a document: its versions, and one of them as it is read and printed."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import User
from accounts.queries import users_with_role
from core.kept import kept
from core.text import to_chinese
from records.setup.contexts import DocumentContent, DocumentSection, GroupMember, PlanPaper
from records.setup.enums import DocumentPart, GroupPlace
from records.setup.first_texts import FIRST_TEXTS
from records.setup.models import DocumentFile, PlanDocument
from records.setup.queries.plan_figures import plan_figures
from records.setup.querysets import DocumentFileQuerySet
from schools.calendar import SchoolCalendar, YearCalendar
from schools.contexts import Letterhead, filled
from schools.models import School, SchoolYear
from schools.queries import grades_of

#: Versions that a page offers, and names that the form of the leading group offers.
SHOWN_VERSIONS: Final = 50
OFFERED_NAMES: Final = 500


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """One version as it is read: its row and paper, the files, and all versions, the newest first."""

    row: PlanDocument
    paper: PlanPaper
    files: tuple[DocumentFile, ...]
    versions: tuple[PlanDocument, ...]

    @property
    def is_newest(self) -> bool:
        """Whether it holds."""
        return self.row.pk == self.versions[0].pk


def newest_document(school: School) -> PlanDocument | None:
    """The version that holds, its members at hand. Two queries."""
    return PlanDocument.objects.filter(school=school).prefetch_related("members").order_by("version").last()


def content_of(document: PlanDocument) -> DocumentContent:
    """What a stored version says itself."""
    return DocumentContent(
        parts={part: str(document.parts.get(part, "")) for part in DocumentPart},
        members=tuple(
            GroupMember(GroupPlace(row.place), row.name, row.office, row.duties) for row in document.members.all()
        ),
    )


def first_content(school: School, today: datetime.date) -> DocumentContent:
    """What a first document begins with: texts of such plans, and the holders of the role 领导小组. One query."""
    leaders = users_with_role(school.pk, Role.LEADER, on=today)
    members = tuple(
        GroupMember(GroupPlace.MEMBER if number else GroupPlace.HEAD, user.name) for number, user in enumerate(leaders)
    )
    return DocumentContent(parts=dict(FIRST_TEXTS), members=members)


def names_to_offer(actor: Actor) -> list[str]:
    """Who may be chosen for the leading group: the accounts of the school; any other name can be typed. One query."""
    rows = User.objects.visible_to(actor).filter(is_active=True).order_by("name")
    return list(dict.fromkeys(rows.values_list("name", flat=True)[:OFFERED_NAMES]))


@kept
def _versions(actor: Actor, school_id: int) -> QuerySet[PlanDocument]:
    rows = PlanDocument.objects.visible_to(actor).filter(school_id=school_id).select_related("saved_by")
    return rows.prefetch_related("members").order_by("-version")[:SHOWN_VERSIONS]


def read_document(actor: Actor, school: School, *, head: Letterhead, version: int | None = None) -> ReadDocument | None:
    """The version of that number, or the one that holds; None if there is none, or the school has no plan.

    A former version shows the figures that held on its last day. `head` is how the paper is headed.
    """
    versions = tuple(_versions(actor, school.pk))
    at = 0 if version is None else next((n for n, row in enumerate(versions) if row.version == version), None)
    if at is None or not versions:
        return None
    row = versions[at]
    until = versions[at - 1].saved_at if at else None
    calendar = _calendar_at(school, until, actor.today)
    rules = calendar.plan_on(calendar.today) if calendar is not None else None
    if calendar is None or rules is None:
        return None
    files = files_of(actor, school)
    content = content_of(row)
    figures = plan_figures(school, calendar, rules, grades_of(school))
    paper = PlanPaper(
        school=head,
        title=rules.plan.title,
        year=str(calendar.year),
        version=row.version,
        on=timezone.localdate(row.saved_at),
        plan_version=rules.plan.version,
        sections=tuple(
            DocumentSection(part, to_chinese(number), filled(content.parts[part], figures.words))
            for number, part in enumerate(DocumentPart, start=1)
        ),
        members=content.members,
        figures=figures,
        files=tuple(file.name for file in files),
    )
    return ReadDocument(row, paper, files, versions)


def present_files(actor: Actor) -> DocumentFileQuerySet:
    """The files that the actor may open: not those that were taken away."""
    return DocumentFile.objects.visible_to(actor).present()


def files_of(actor: Actor, school: School) -> tuple[DocumentFile, ...]:
    """The files beside the document, the oldest first. One query."""
    return tuple(_files(actor, school.pk))


@kept
def _files(actor: Actor, school_id: int) -> DocumentFileQuerySet:
    return present_files(actor).filter(school_id=school_id)


def _calendar_at(school: School, until: datetime.datetime | None, today: datetime.date) -> YearCalendar | None:
    """The year that is seen today, or was on a former version's last day."""
    if until is not None:
        day = timezone.localdate(until)
        rows = SchoolYear.objects.filter(school=school, starts_on__lte=day).select_related("school")
        former = rows.order_by("-starts_on").first()
        if former is not None and not former.is_current:
            return YearCalendar(former, day)
        today = day
    calendar = SchoolCalendar(school.pk, today)
    return calendar.of(calendar.year) if calendar.year is not None else None


def newest_documents(schools: Iterable[School]) -> dict[int, PlanDocument]:
    """The version that holds in each school that has one, by the school's key. One query."""
    rows = PlanDocument.objects.filter(school__in=list(schools)).defer("parts").order_by("version")
    return {row.school_id: row for row in rows}
