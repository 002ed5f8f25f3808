"""Invented contexts for the tests of lists: 班级学期小结, 记录本收发登记表."""

from datetime import date, timedelta

from records.contexts import (
    BookClass,
    BookGrade,
    BookLine,
    BookList,
    ClassSummary,
    PaperTick,
    SummaryAction,
    SummaryMentor,
    SummaryPupil,
)
from schools.contexts import Letterhead
from tests.documents.builders import NAMES, SCHOOL

TEAM = ("何知秋", "林小满", "陶然/石磊")
FIRST_DAYS = (date(2026, 8, 24), date(2026, 11, 5), date(2027, 1, 14))


def summary_pupil(number: int) -> SummaryPupil:
    """The pupil with a seat number from 1: most have their visit, fewer the talk, few the letter; two no mentor."""
    ticks = tuple(
        PaperTick(done=number % (5 - at) != 1, on=day + timedelta(days=number % 12) if number % (5 - at) != 1 else None)
        for at, day in enumerate(FIRST_DAYS)
    )
    name = NAMES[(number - 1) % len(NAMES)]
    mentor = "" if number % 22 == 0 else TEAM[number % len(TEAM)]
    return SummaryPupil(seat=number, name=name, mentor=mentor, ticks=ticks)


def class_summary(
    size: int = 44, *, school: Letterhead = SCHOOL, mentors: tuple[str, ...] = TEAM, class_label: str = "五（6）班"
) -> ClassSummary:
    """A class of `size` pupils whose figures follow from its ticks."""
    pupils = tuple(summary_pupil(number) for number in range(1, size + 1))
    labels = ("家访", "谈心", "成长寄语")
    counts = [sum(p.ticks[at].done for p in pupils) for at in range(3)]

    def figures(names: str) -> tuple[tuple[int, int], ...]:
        own = [p for p in pupils if p.mentor == names]
        return tuple((sum(p.ticks[at].done for p in own), len(own)) for at in range(3))

    return ClassSummary(
        school=school,
        class_label=class_label,
        term="2026学年第一学期",
        on=date(2027, 1, 20),
        actions=tuple(
            SummaryAction(label=label, done=done, owed=size) for label, done in zip(labels, counts, strict=True)
        ),
        mentors=tuple(
            SummaryMentor(
                names=names, pupils=sum(p.mentor == names for p in pupils), figures=figures(names), leader=at == 0
            )
            for at, names in enumerate(mentors)
        ),
        pupils=pupils,
        face_to_face=(39, 44) if size else (0, 0),
        letters=(counts[2], counts[2] // 2),
    )


def book_class(label: str, *names: str, recorded: bool = True) -> BookClass:
    """A class whose books were issued; the first was checked, the second collected."""
    return BookClass(
        label=label,
        lines=tuple(
            BookLine(
                mentor=name,
                pupils=15 - at,
                issued_on=date(2026, 9, 1) if recorded else None,
                collected_on=date(2027, 1, 15) if recorded and at < 2 else None,
                checked_on=date(2027, 1, 19) if recorded and at == 0 else None,
            )
            for at, name in enumerate(names)
        ),
    )


def book_list(*, recorded: bool = True, school: Letterhead = SCHOOL) -> BookList:
    """The 39 books of the Guyi plan's sizes: nine classes of three, six of two, the last with a shared slot."""
    first = tuple(
        book_class(f"一（{n}）班", *(NAMES[(n * 3 + at) % len(NAMES)] for at in range(3)), recorded=recorded)
        for n in range(1, 10)
    )
    fifth = tuple(
        book_class(f"五（{n}）班", NAMES[n], "陶然/石磊" if n == 6 else NAMES[n + 8], recorded=recorded)
        for n in range(1, 7)
    )
    return BookList(
        school=school,
        term="2026学年第一学期",
        grades=(BookGrade(label="一年级", classes=first), BookGrade(label="五年级", classes=fifth)),
    )
