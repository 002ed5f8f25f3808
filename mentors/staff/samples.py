"""Sample papers of the mentors with invented people, for the settings page of papers (`records.papers.samples`)."""

import datetime
from typing import Final

from mentors.staff.documents.badge import Badge, render_badges
from mentors.staff.documents.certificate import Certificate, render_certificates
from schools.contexts import PaperSample, SampleLook

#: Name, subject and class; one name long enough to be set smaller.
MENTORS: Final = (
    ("陆青禾", "语文", "一（2）班"),
    ("叶知春", "数学", "五（2）班"),
    ("古丽米热·阿不都", "英语", "三（1）班"),
    ("田野", "体育", "四（3）班"),
)
ADDRESS: Final = "https://school.example/c/7k2m9qxw"


def _badges(look: SampleLook) -> bytes:
    people = [MENTORS[at % len(MENTORS)] for at in range(10)]
    badges = [
        Badge(
            school=look.style.head,
            name=name,
            subject=subject,
            classes=(label,),
            year="2026学年",
            design=look.design,
            mentor_card_url=ADDRESS if at % 2 == 0 else "",
        )
        for at, (name, subject, label) in enumerate(people)
    ]
    return render_badges(badges)


def _appointment(look: SampleLook) -> bytes:
    words, (name, _subject, label) = look.style.words, MENTORS[0]
    paper = Certificate(
        school=look.style.head,
        name=name,
        classes=(label,),
        year="2026学年",
        on=datetime.date(2026, 9, 1),
        title=words.appointment_title,
        text=words.appointment,
        design=look.design,
    )
    return render_certificates([paper])


APPOINTMENT: Final = PaperSample(key="appointment", label="聘书", make=_appointment, has_designs=True)
BADGES: Final = PaperSample(key="badge", label="导师证", make=_badges, has_designs=True)
