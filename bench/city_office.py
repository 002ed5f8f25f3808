"""What surrounds the records of an invented school: meetings, hand-over, referrals, cards, rounds, notices, books.

Wants Django set up. Rounds go through the product's services (two a school), everything else in bulk.
"""

import datetime
from dataclasses import replace

from city import DAY, NOW
from city_people import Desk, Held, Room, School, new_uuid, write
from city_records import moment

from accounts.actors import Actor
from accounts.enums import AuditKind, Role
from accounts.models import AuditEntry, User
from accounts.queries import actor_for
from jobs.enums import ImportKind, ImportState, JobState
from jobs.models import ImportBatch, Job
from mentors.enums import MentorMarkKind, SheetSource
from mentors.models.slots import Mentor
from mentors.rounds.models import Choice, ChoiceSheet, Club, ClubMember, MentorMark, RoundMentor
from mentors.rounds.services.draft import draft_round
from mentors.rounds.services.running import create_round, open_round
from mentors.rounds.services.settings import default_settings
from mentors.services.slots import grant_exception
from mentors.staff.models import MentorCard, MentorWish, ReadinessCase, TrainingSession
from mentors.team.models import CaseMeeting, HandOverNote
from mentorship.demo.rounds import HOBBIES, SENTENCES
from notices.models import Notice
from records.desk.models import Draft, VisitPlan, VisitWish
from records.enums import RecordKind, ReferralState, TreeHoleSubject, TreeHoleWish
from records.models.care import Referral, TreeHoleCard
from records.papers.models import BookHandling
from records.reminding.models import Reminder
from schools.enums import MatchingMode
from schools.models import Grade

JOBS, IMPORTS, DIGESTS = 30, 12, 6
CHOICES = 3


def write_office(school: School) -> None:
    """All of it."""
    for year in school.years:
        rooms = school.rooms[year.pk]
        _meetings(school, rooms)
        _books_and_training(school, rooms, year.pk)
    if len(school.years) > 1:
        _hand_over(school)
    rooms = school.rooms[school.year.pk]
    desks = [desk for room in rooms for desk in room.desks]
    _confided(school, rooms)
    _plans(school, rooms)
    _inboxes(school, desks)
    _around_mentors(school, desks)
    _background(school)
    _rounds(school)


def _meetings(school: School, rooms: list[Room]) -> None:
    rows, pupils, teachers = [], [], []
    for room in rooms:
        for at, topic in enumerate(("适应新学期", "作业拖拉怎么办")):
            day = min(DAY, DAY.replace(year=DAY.year - 1, month=10, day=12)) + datetime.timedelta(days=14 * at)
            by = room.desks[0].tutor.user
            rows.append(
                (school.pk, room.pk, day, topic, "各位导师交换了观察，约好两周后再看。", new_uuid(school.chance), by,
                 moment(day), moment(day))
            )  # fmt: skip
            pupils.append(room.pupils[:2])
            teachers.append(room.desks)
    keys = write(
        CaseMeeting,
        "school_id school_class_id date topic text submission created_by_id created_at updated_at",
        rows,
    )
    write(CaseMeeting.pupils.through, "casemeeting_id pupil_id", [
        (key, child.pk) for key, met in zip(keys, pupils, strict=True) for child in met
    ])  # fmt: skip
    write(CaseMeeting.teachers.through, "casemeeting_id teacher_id", [
        (key, desk.tutor.teacher) for key, came in zip(keys, teachers, strict=True) for desk in came
    ])  # fmt: skip


def _books_and_training(school: School, rooms: list[Room], year_id: int) -> None:
    office = school.staff[Role.MORAL_OFFICE]
    desks = [desk for room in rooms for desk in room.desks]
    books, sessions = [], []
    year = next(year for year in school.years if year.pk == year_id)
    for term in year.terms.order_by("number"):
        if term.starts_on > DAY:
            continue
        over = term.ends_on < DAY
        sessions.append((school.pk, term.pk, term.starts_on + datetime.timedelta(days=14), "怎样和孩子谈心", office))
        for at, desk in enumerate(desks):
            back = term.ends_on if over else DAY if at % 3 == 0 else None
            checked = back if over else None
            books.append(
                (school.pk, term.pk, desk.mentor, term.starts_on, back, checked, office if checked else None)
            )  # fmt: skip
    write(BookHandling, "school_id term_id mentor_id issued_on collected_on checked_on checked_by_id", books)
    keys = write(TrainingSession, "school_id term_id date topic created_by_id", sessions)
    write(TrainingSession.teachers.through, "trainingsession_id teacher_id", [
        (key, desk.tutor.teacher) for key in keys for desk in desks[: len(desks) * 9 // 10]
    ])  # fmt: skip


def _hand_over(school: School) -> None:
    """One child in twenty has another mentor than last year, whose note stays."""
    former, present = school.years[-2], school.year
    write(HandOverNote, "school_id pupil_id year_id from_mentor_id text written_by_id written_at submission", [
        (school.pk, child.pk, present.pk, desk.mentor, "慢热，先从画画聊起；电话请在中午打。", desk.tutor.user,
         moment(present.starts_on), new_uuid(school.chance))
        for room in school.rooms[former.pk] for desk in room.desks for child in desk.pupils
        if child.pk % 20 == 0
    ])  # fmt: skip


def _confided(school: School, rooms: list[Room]) -> None:
    """Referrals (one child in forty), cards (one in twenty) and wishes for another mentor."""
    counsellor, term = school.staff[Role.COUNSELLOR], school.year.terms.get(number=1)
    referrals, cards, wishes, drafts = [], [], [], []
    states = tuple(ReferralState)
    for room in rooms:
        for desk in room.desks:
            for at, child in enumerate(desk.pupils):
                on = moment(DAY - datetime.timedelta(days=(child.pk * 7) % 90 + 1))
                if child.pk % 40 == 0 or (desk is room.desks[1] and at == 0):
                    state = states[child.pk // 40 % 3]
                    taken = None if state == ReferralState.OPEN else on
                    closed = on if state == ReferralState.CLOSED else None
                    referrals.append(
                        (school.pk, child.pk, "最近总说睡不好，想请您一起看看。", state, new_uuid(school.chance),
                         desk.tutor.user, on, taken, counsellor if taken else None, closed)
                    )  # fmt: skip
                if child.pk % 20 == 1 or at == 1:
                    cards.append(
                        (school.pk, child.pk, term.pk, desk.tutor.teacher, TreeHoleSubject.MOOD, "最近有点累，想聊聊。",
                         TreeHoleWish.WRITE, new_uuid(school.chance), on)
                    )  # fmt: skip
                if child.pk % 200 == 3 or (room is rooms[0] and at == 2):
                    wishes.append((school.pk, child.pk, school.year.pk, "想换一位老师", on))
            child = desk.pupils[0]
            drafts.append(
                (school.pk, desk.tutor.user, RecordKind.TALK, f"talk/new/{child.pk}", child.pk,
                 Held(text=["聊到一半，先记下来"]), f"{desk.mentor:012x}.1", NOW)
            )  # fmt: skip
    write(
        Referral,
        "school_id pupil_id text state submission created_by_id created_at acknowledged_at acknowledged_by_id "
        "closed_at",
        referrals,
    )
    write(
        TreeHoleCard,
        "school_id pupil_id term_id teacher_id subject text wish submission handed_in_at",
        cards,
    )
    write(MentorWish, "school_id pupil_id year_id text created_at", wishes)
    write(Draft, "school_id user_id kind key pupil_id content stamp updated_at", drafts)


def _plans(school: School, rooms: list[Room]) -> None:
    """A planned visit in each mentor's hands, and what families wished."""
    term = school.year.terms.get(number=1)
    plans = [
        (school.pk, desk.pupils[-1].pk, term.pk, DAY + datetime.timedelta(days=at + 1), room.desks[0].tutor.user, NOW)
        for room in rooms
        for at, desk in enumerate(room.desks)
    ]
    keys = write(VisitPlan, "school_id pupil_id term_id date created_by_id created_at", plans)
    desks = [desk for room in rooms for desk in room.desks]
    write(VisitPlan.teachers.through, "visitplan_id teacher_id", [
        (key, desk.tutor.teacher) for key, desk in zip(keys, desks, strict=True)
    ])  # fmt: skip
    write(VisitWish, "school_id pupil_id term_id text created_at updated_at", [
        (school.pk, desk.pupils[-2].pk, term.pk, "周六上午在家", NOW, NOW) for desk in desks
    ])  # fmt: skip


def _inboxes(school: School, desks: list[Desk]) -> None:
    """The digests that everybody got, the last one unread; what was told is remembered."""
    users = [(desk.tutor.user, Role.MENTOR) for desk in desks]
    users += [(user, role) for role, user in school.staff.items()]
    days = [DAY - datetime.timedelta(days=7 * at) for at in range(DIGESTS)]
    write(Notice, "recipient_id school_id kind title body link dedup_key created_at read_at", [
        (user, school.pk, "digest", "您有 3 条待办", "还有 3 位同学没有谈心。",
         "/my/" if role == Role.MENTOR else "/inbox/", f"digest:{school.code}:{day.isoformat()}", moment(day),
         None if day == DAY else moment(day))
        for user, role in users for day in days
    ])  # fmt: skip
    write(Reminder, "school_id user_id key sent_on", [
        (school.pk, user, f"talk:{school.year.pk}:0:{at}", day) for user, _ in users for at, day in enumerate(days)
    ])  # fmt: skip
    write(AuditEntry, "school_id user_id kind verb target_type target_id at", [
        (school.pk, desk.tutor.user, AuditKind.READ, "open_pupil", "students.pupil", child.pk, moment(day))
        for desk in desks for day, child in zip(days, desk.pupils, strict=False)
    ])  # fmt: skip


def _around_mentors(school: School, desks: list[Desk]) -> None:
    """Mentor cards, three teachers not yet ready, two exceptions, two clubs."""
    chance, office = school.chance, _office(school)
    write(MentorCard, "school_id teacher_id key hobbies sentence is_shared updated_at", [
        (school.pk, desk.tutor.teacher, f"{chance.getrandbits(72):018x}", chance.choice(HOBBIES),
         chance.choice(SENTENCES), True, NOW)
        for desk in desks if desk.mentor % 10
    ])  # fmt: skip
    write(ReadinessCase, "school_id teacher_id starts_on created_by_id", [
        (school.pk, desk.tutor.teacher, DAY - datetime.timedelta(days=20), office.user_id) for desk in desks[-3:]
    ])  # fmt: skip
    for desk in desks[:2]:
        mentor = Mentor.objects.get(pk=desk.mentor)
        grant_exception(actor=office, mentor=mentor, limit=17, reason="另一位导师课时较多")
    clubs = write(Club, "school_id year_id name mentor_id", [
        (school.pk, school.year.pk, name, desk.mentor)
        for name, desk in zip(("合唱团", "围棋社"), desks, strict=False)
    ])  # fmt: skip
    write(ClubMember, "school_id club_id year_id pupil_id", [
        (school.pk, club, school.year.pk, child.pk)
        for club, desk in zip(clubs, desks, strict=False) for child in desk.pupils
    ])  # fmt: skip


def _background(school: School) -> None:
    """Imports and print jobs of the year; their files are long gone."""
    admin, office = school.staff[Role.SCHOOL_ADMIN], school.staff[Role.MORAL_OFFICE]
    write(
        ImportBatch,
        "school_id year_id kind state file_name sha256 created_by_id created_at confirmed_by_id confirmed_at",
        [
            (school.pk, school.year.pk, ImportKind.STUDENTS, ImportState.DONE, f"学生{at}.xlsx", f"{at:064x}", admin,
             moment(day), admin, moment(day))
            for at, day in enumerate(DAY - datetime.timedelta(days=5 * back) for back in range(IMPORTS))
        ],
    )  # fmt: skip
    Job.objects.bulk_create(
        Job(
            id=new_uuid(school.chance),
            school_id=school.pk,
            kind="record_books",
            title="全校导师记录本",
            state=JobState.DONE,
            created_by_id=office,
            created_at=NOW,
            expires_at=NOW + datetime.timedelta(days=1),
        )
        for _ in range(JOBS)
    )


def _office(school: School) -> Actor:
    user = User.objects.get(pk=school.staff[Role.MORAL_OFFICE])
    return actor_for(user, scope_key=f"school-{school.pk}", on=DAY)


def _rounds(school: School) -> None:
    """Grade 3 is choosing both ways, grade 5 has chosen and has a draft; both already have mentors."""
    for number, mode in ((3, MatchingMode.TWO_SIDED), (5, MatchingMode.CHOICE)):
        grade = Grade.objects.get(school_id=school.pk, number=number)
        settings = replace(
            default_settings(mode, grade),
            opens_at=NOW - datetime.timedelta(days=3),
            closes_at=NOW + datetime.timedelta(days=4),
            seed=number,
            rematch=True,
        )
        office = _office(school)
        found = create_round(actor=office, year=school.year, grade=grade, mode=mode, settings=settings)
        found = open_round(actor=office, round=found)
        marked = dict(RoundMentor.objects.filter(round=found).values_list("mentor_id", "pk"))
        rooms = [room for room in school.rooms[school.year.pk] if room.grade == number]
        # The last pupil of each slot has not chosen yet.
        asked = [(room, child) for room in rooms for desk in room.desks for child in desk.pupils[:-1]]
        sheets = write(ChoiceSheet, "school_id round_id pupil_id source submitted_at", [
            (school.pk, found.pk, child.pk, SheetSource.SLIP, NOW) for _, child in asked
        ])  # fmt: skip
        write(Choice, "school_id sheet_id mentor_id rank reason", [
            (school.pk, sheet, desk.mentor, rank, "")
            for sheet, (room, _) in zip(sheets, asked, strict=True)
            for rank, desk in enumerate(school.chance.sample(room.desks, min(CHOICES, len(room.desks))), start=1)
        ])  # fmt: skip
        if mode == MatchingMode.TWO_SIDED:
            write(MentorMark, "school_id candidate_id pupil_id mark marked_at", [
                (school.pk, marked[desk.mentor], child.pk, MentorMarkKind.PREFERRED, NOW)
                for room in rooms for desk in room.desks for child in desk.pupils[:4]
            ])  # fmt: skip
        else:
            draft_round(actor=office, round=found)
