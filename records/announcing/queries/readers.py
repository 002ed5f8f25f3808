"""Whom an announcement reaches, how many have read it, and who has not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.actors import Actor
from accounts.enums import Role
from accounts.models import RoleGrant, User
from core.clock import today
from core.lists import ListColumn, ListOut
from records.announcing.enums import Audience
from records.announcing.models import Announcement, Receipt
from records.announcing.querysets import SCHOOL_READERS
from schools.models import School, SchoolClass
from students.models import Enrolment, FamilySlip
from students.querysets import EnrolmentQuerySet


@dataclass(frozen=True, slots=True)
class Reached:
    """How many an announcement reaches, and how many have read and confirmed it as it stands now."""

    all: int
    read: int
    confirmed: int

    @property
    def unread(self) -> int:
        """How many have not read it."""
        return self.all - self.read

    @property
    def unconfirmed(self) -> int:
        """How many have not confirmed it."""
        return self.all - self.confirmed


def teachers_reached(announcement: Announcement) -> QuerySet[User]:
    """The people with an account in use whom it addresses today, but for whoever published it; by name."""
    if announcement.audience == Audience.SCHOOLS:
        people = readers_of(schools_reached(announcement))
    else:
        grants = RoleGrant.objects.active(today()).filter(school=announcement.school_id).exclude(role=Role.BUREAU)
        if announcement.audience == Audience.ROLES:
            grants = grants.filter(role__in=announcement.role_list)
        people = _people(grants)
    if announcement.published_by_id is not None:
        people = people.exclude(pk=announcement.published_by_id)
    return people


def readers_of(schools: QuerySet[School]) -> QuerySet[User]:
    """Who hears for these schools what their bureau says: 德育室 and 管理员, by name."""
    return _people(RoleGrant.objects.active(today()).filter(school__in=schools, role__in=SCHOOL_READERS))


def _people(grants: QuerySet[RoleGrant]) -> QuerySet[User]:
    people = User.objects.get_queryset().filter(is_active=True, pk__in=grants.values("user_id"))
    return people.order_by("name", "pk")


def schools_reached(announcement: Announcement) -> QuerySet[School]:
    """The schools that a bureau's announcement speaks to: the chosen ones, or all."""
    schools = School.objects.filter(bureau=announcement.bureau_id)
    return schools.filter(pk__in=announcement.school_ids) if announcement.schools else schools


def families_reached(announcement: Announcement) -> EnrolmentQuerySet:
    """The present pupils whose families it addresses, in list order."""
    rows = Enrolment.objects.active().filter(school_id=announcement.school_id or 0)
    if announcement.audience == Audience.GRADE:
        rows = rows.filter(school_class__grade=announcement.grade_id)
    if announcement.audience == Audience.CLASS:
        rows = rows.filter(school_class=announcement.school_class_id)
    return rows.in_list_order()


def _receipts(announcement: Announcement, *, confirmed: bool) -> QuerySet[Receipt]:
    """Of those who have read, or confirmed, the present text."""
    place = "confirmed_edition" if confirmed else "read_edition"
    return Receipt.objects.filter(announcement=announcement, **{place: announcement.edition})


def reached(announcement: Announcement) -> Reached:
    """See `Reached`. Three queries; nobody is counted who is not addressed any more."""
    read, confirmed = (_receipts(announcement, confirmed=confirmed) for confirmed in (False, True))
    if announcement.for_families:
        pupils = families_reached(announcement).order_by().values("pupil_id")
        return Reached(
            pupils.count(), read.filter(pupil__in=pupils).count(), confirmed.filter(pupil__in=pupils).count()
        )
    people = teachers_reached(announcement).order_by().values("pk")
    return Reached(people.count(), read.filter(user__in=people).count(), confirmed.filter(user__in=people).count())


def teachers_left(announcement: Announcement, *, confirmed: bool) -> QuerySet[User]:
    """Who has not read it, or with `confirmed` not confirmed it; of a bureau's with `school` at hand, by school."""
    done = _receipts(announcement, confirmed=confirmed).filter(user=OuterRef("pk"))
    rows = teachers_reached(announcement).filter(~Exists(done)).select_related("school")
    return rows.order_by("school__code", "name", "pk") if announcement.audience == Audience.SCHOOLS else rows


def families_left(announcement: Announcement, *, confirmed: bool, class_id: int | None = None) -> EnrolmentQuerySet:
    """As `teachers_left`, the pupils of the families: class at hand, `has_slip` where they could open it at all."""
    done = _receipts(announcement, confirmed=confirmed).filter(pupil=OuterRef("pupil_id"))
    slips = FamilySlip.objects.filter(pupil=OuterRef("pupil_id"), revoked_at=None)
    slips = slips.filter(Q(ends_on=None) | Q(ends_on__gte=today()))
    rows = families_reached(announcement).filter(~Exists(done))
    if class_id is not None:
        rows = rows.filter(school_class=class_id)
    read = _receipts(announcement, confirmed=False).filter(pupil=OuterRef("pupil_id"))
    rows = rows.annotate(has_slip=Exists(slips), has_read=Exists(read))
    return rows.select_related("pupil", "school_class__grade")


def classes_reached(actor: Actor, announcement: Announcement) -> list[SchoolClass]:
    """The classes whose families it addresses, in teaching order. One query."""
    places = families_reached(announcement).order_by().values("school_class_id")
    rows = SchoolClass.objects.visible_to(actor).filter(pk__in=places)
    return list(rows.select_related("grade").order_by("grade__number", "number"))


def left_out(
    announcement: Announcement, rows: EnrolmentQuerySet | QuerySet[User], *, about: str, where: Mapping[str, object]
) -> ListOut:
    """Those of `families_left` or `teachers_left` as a list to export or print."""
    if announcement.for_families:
        columns = [
            ListColumn("班级", 12),
            ListColumn("座号", 6, number=True),
            ListColumn("姓名"),
            ListColumn("情况", 16),
        ]
    elif announcement.audience == Audience.SCHOOLS:
        columns = [ListColumn("学校", 24), ListColumn("姓名")]
    else:
        columns = [ListColumn("姓名", 16)]
    return ListOut(
        name="announcement_left",
        title="公告还没有看的",
        columns=columns,
        rows=_lines(announcement, rows),
        names_children=announcement.for_families,
        about=about,
        where=where,
        who=2 if announcement.for_families else len(columns) - 1,
    )


def _lines(announcement: Announcement, rows: EnrolmentQuerySet | QuerySet[User]) -> Iterator[list[str | int | None]]:
    for row in rows.iterator(chunk_size=500):
        if isinstance(row, Enrolment):
            told = vars(row)
            said = "看过，没有确认" if told["has_read"] else "没有看" if told["has_slip"] else "还没有凭条"
            yield [row.school_class.label, row.seat_number, row.pupil.name, said]
        elif announcement.audience == Audience.SCHOOLS and row.school is not None:
            yield [row.school.name, row.name]
        else:
            yield [row.name]
