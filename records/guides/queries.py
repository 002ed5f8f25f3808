"""The facts that the texts are said with: of a school, in a bureau's name, and for the pupils of a class."""

from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.db import connection

from accounts.actors import Actor
from accounts.enums import Role
from accounts.queries import users_with_role
from mentors.models.slots import Assignment
from records.contexts import paragraphs
from records.guides.contexts import LETTER, ActionWords, Facts, PlanWords, PupilNamed
from records.papers.queries.print_lists import pupils_for_slips
from schools.calendar import SchoolCalendar, YearCalendar
from schools.contexts import Letterhead, WindowRule
from schools.enums import ActionKind, Anchor, PeriodKind
from schools.models import School, SchoolClass
from schools.queries import OwedAction, Window, grades_of, paper_style
from students.models import Enrolment, Pupil

_MAILS_TO_DISK = "django.core.mail.backends.filebased.EmailBackend"


def facts_of(school: School, calendar: SchoolCalendar) -> Facts:
    """What the texts say of `school` on the calendar's day: nine queries, fewer before it has a plan."""
    now = calendar.present
    plan = _plan_words(school, now) if now is not None else None

    def names(role: Role) -> tuple[str, ...]:
        return tuple(user.name for user in users_with_role(school.pk, role, on=calendar.today))

    return replace(
        _of_the_house(paper_style(school).head),
        plan=plan,
        letter=now.letter_label if now is not None else LETTER,
        uses=school.in_use,
        office=names(Role.MORAL_OFFICE),
        admins=names(Role.SCHOOL_ADMIN),
        counsellors=names(Role.COUNSELLOR),
        emergency=paragraphs(school.emergency_card),
    )


def facts_for(actor: Actor) -> Facts:
    """As `facts_of` for the school acted in; a bureau has its name alone."""
    if actor.school is None:
        return _of_the_house(Letterhead(name=actor.scope_name or "全员导师制"))
    return facts_of(actor.school, actor.calendar)


def _of_the_house(head: Letterhead) -> Facts:
    """What holds for all schools of this installation."""
    return Facts(
        head=head,
        address=settings.SITE_URL,
        first_password_days=settings.FIRST_PASSWORD_DAYS,
        sends_mail=settings.EMAIL_BACKEND != _MAILS_TO_DISK,
        in_one_file=connection.vendor == "sqlite",
    )


def _plan_words(school: School, calendar: YearCalendar) -> PlanWords:
    rules = calendar.rules
    grades = grades_of(school)
    names = {grade.pk: grade.name for grade in grades}
    covered = [grade for grade in grades if rules.covers(grade.pk)]
    return PlanWords(
        year=str(calendar.year),
        term=str(calendar.term),
        cap=rules.plan.cap,
        covered=tuple(grade.name for grade in covered) if len(covered) < len(grades) else (),
        actions=tuple(_action_words(owed, names, calendar) for owed in rules.actions if owed.action != ActionKind.CARD),
        with_advice=calendar.with_advice,
        visibility=rules.plan.get_note_visibility_display(),
        card_grades=frozenset().union(*(owed.grade_ids for owed in rules.of(ActionKind.CARD))),
    )


def _action_words(owed: OwedAction, names: dict[int, str], calendar: YearCalendar) -> ActionWords:
    alike = len(calendar.rules.of(owed.action)) > 1
    return ActionWords(
        action=owed.action,
        label=calendar.label(owed.action),
        often=f"{owed.period.label} {owed.count} 次",
        when=when_words(owed),
        dates="、".join(_span(window) for window in calendar.windows(owed)),
        grades=tuple(name for pk, name in names.items() if pk in owed.grade_ids) if alike else (),
        grade_ids=owed.grade_ids,
        count=owed.count,
        a_term=owed.period == PeriodKind.TERM,
        required=owed.required,
    )


def when_words(owed: OwedAction) -> str:
    """The windows as teachers say them, in weeks where they are whole ones: 开学前 3 周到开学后 2 周."""
    if owed.any_day:
        return "全学年都可以" if owed.period == PeriodKind.YEAR else "整个学期都可以"
    return "，".join(_rule_words(rule) for rule in owed.windows)


def _rule_words(rule: WindowRule) -> str:
    if rule.anchor == Anchor.YEAR:
        return "其他时间也可以"

    def side(days: int) -> str:
        if not days:
            return rule.anchor.label
        amount = f"{abs(days) // 7} 周" if days % 7 == 0 else f"{abs(days)} 天"
        return f"{rule.anchor.label}{'前' if days < 0 else '后'} {amount}"

    return f"{side(rule.opens_days)}到{side(rule.due_days)}"


def _span(window: Window) -> str:
    first, last = window.opens_on, window.due_on
    return f"{first.month}月{first.day}日—{last.month}月{last.day}日"


def pupils_named(actor: Actor, school_class: SchoolClass) -> list[PupilNamed]:
    """The present pupils of a class in list order, each with the main mentor. Two queries."""
    enrolments = pupils_for_slips(actor, school_class)
    held = _main_mentors(enrolments)
    return [
        PupilNamed(name=e.pupil.name, class_label=school_class.label, mentors=held.get(e.pupil_id, ""))
        for e in enrolments
    ]


def pupil_named(pupil: Pupil, enrolment: Enrolment) -> PupilNamed:
    """One pupil with the main mentor. One query; class and grade are at hand."""
    mentors = _main_mentors([enrolment]).get(pupil.pk, "")
    return PupilNamed(name=pupil.name, class_label=enrolment.school_class.label, mentors=mentors)


def _main_mentors(enrolments: Sequence[Enrolment]) -> dict[int, str]:
    """The names of the main mentors by the keys of their pupils, two who share a slot both."""
    pupils = [enrolment.pupil_id for enrolment in enrolments]
    rows = Assignment.objects.active().main().filter(pupil__in=pupils, year__is_current=True).select_related("mentor")
    held = rows.prefetch_related("mentor__members__teacher")
    return {row.pupil_id: row.mentor.names.replace("/", "、") for row in held}
