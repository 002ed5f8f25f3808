"""The invented schools of bench/papers.py, written in bulk. Wants Django set up before it is imported."""

import datetime
import random
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor, system_actor
from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.queries import actor_for
from accounts.services import create_user, create_users, grant_role
from core.clock import today
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, Mentor, MentorMember, Teacher, TeamMember
from mentorship.demo.people import Person, people
from records.enums import LetterState, Occasion, Strategy
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from records.services.ticks import rebuild_ticks
from schools.enums import NoteVisibility, Preset
from schools.models import School, SchoolClass, SchoolYear, Term
from schools.services import create_class, create_school
from students.models import Enrolment, Guardian, Pupil

PUPILS_A_CLASS, PUPILS_A_MENTOR = 45, 15
BATCH = 500

_WHEN = (
    "上周三的早晨", "开学那天", "运动会的前一天", "下着小雨的中午", "春游的路上", "大扫除之后", "午休的时候",
    "期中考试那周", "放学以后", "家长开放日那天", "早读开始之前", "最后一节自习课上",
)  # fmt: skip
_HOW = (
    "不声不响地", "一遍又一遍地", "笑着", "很小心地", "比上一次更稳地", "先想好了再", "红着脸", "大大方方地",
    "挽起袖子", "一个人", "和同桌一起", "没等别人开口就",
)  # fmt: skip
_WHAT = (
    "把松了的门把手修好了", "讲完了一个长长的故事", "把花盆一盆盆搬到窗边", "画出了去图书馆的地图",
    "替值日的同学擦完了黑板", "数清了书架上的每一本书", "把最高的那扇玻璃擦得透亮", "记下了一整周的云",
    "把错题又讲了一遍", "给迟到的同学留了座位", "把跑散的毽子一个个捡了回来", "把实验记录抄写整齐",
)  # fmt: skip
_THEN = (
    "大家一下子安静了", "我在门外都听见了", "你的手上沾满了粉笔灰", "雨也正好停了", "铃声响了也没有人走",
    "后来全班都学会了", "你说下次还要来", "几位老师都记在了心里", "连一向腼腆的他也笑了", "窗外的风好像也轻了",
)  # fmt: skip
_PRAISE = (
    "你做事不慌，遇到难题愿意再想一遍，这份耐心很珍贵", "你总能看见别人的需要，再用自己的办法去帮一把",
    "你敢把不懂的地方问出来，问完还会回去自己再算一次", "你的字越写越稳，每一页都看得到你坐得住的时间",
    "你说话前会先听别人讲完，大家都愿意和你在一组", "你答应的事都会做到，小到一本书、一块橡皮",
)  # fmt: skip
_WISH = (
    "愿你把这份劲头带到更多的事情里，老师会一直在旁边看着你、陪着你",
    "往后遇到拿不准的时候就来找我聊聊，走廊那头办公室的门一直开着",
    "希望假期里你读到一本舍不得合上的书，回来讲给我听",
    "新的一年，愿你继续做那个认真又温暖的自己",
)
ADVICE = (
    "每周留出一个晚上整理错题，先自己讲一遍，再来找我讨论。",
    "可以试着担任一次小组长，把你的想法说给更多的人听。",
    "睡前半小时放下手机，第二天的精神会告诉你值不值得。",
)
_BRIEF = ("喜欢画画，和同桌处得不错", "性格内向，慢热，数学兴趣浓", "由外婆照看，爱看科普书", "校篮球队队员")


@dataclass(frozen=True, slots=True)
class Built:
    """A school of the benchmark by its keys: who orders, for which term of which year."""

    school_id: int
    user_id: int
    year_id: int
    term_id: int

    def actor(self) -> Actor:
        """The moral office, which orders the papers."""
        return actor_for(User.objects.get(pk=self.user_id), scope_key=f"school-{self.school_id}", on=today())

    def year(self) -> SchoolYear:
        """The year with its school at hand."""
        return SchoolYear.objects.select_related("school").get(pk=self.year_id)

    def term(self) -> Term:
        """The term with its year at hand."""
        return Term.objects.select_related("year__school").get(pk=self.term_id)


def _sentence(chance: random.Random) -> str:
    pick = chance.choice
    return f"{pick(_WHEN)}，你{pick(_HOW)}{pick(_WHAT)}，{pick(_THEN)}。"


def note_text(chance: random.Random, least: int) -> str:
    text = ""
    while len(text) < least:
        text += _sentence(chance).replace("你", "孩子", 1)
    return text


def letter_body(chance: random.Random, given: str) -> str:
    """A letter of three paragraphs, 250 to 400 characters."""
    first, second = chance.sample(_PRAISE, 2)
    wanted = chance.randrange(250, 360)
    opening, middle, closing = (
        f"还记得吗？{_sentence(chance)}",
        f"{first}。{second}。",
        f"{given}，{chance.choice(_WISH)}。",
    )
    while len(opening) + len(middle) + len(closing) < wanted:
        if chance.random() < 0.5:
            opening += _sentence(chance)
        else:
            middle += _sentence(chance)
    return f"{opening}\n{middle}\n{closing}"


@transaction.atomic
def build_letter_school(classes: int) -> Built:
    """A senior high school, all of one design, with a released letter for each of its 45 pupils a class."""
    school, year, office = _school("papers-letters", "青竹高级中学", Preset.SENIOR_YEARLY)
    grades = [10 + n * 3 // classes for n in range(classes)]
    desks = _people(school, year, office, grades)
    term = year.terms.order_by("number")[0]
    _letters(desks, term, office, with_advice=True)
    rebuild_ticks(year=year, on=today())
    return Built(school.pk, office.pk, year.pk, term.pk)


@transaction.atomic
def build_book_school(mentors: int) -> Built:
    """A primary school with so many mentors of 15 pupils; each pupil has a visit, a talk and a letter of the term."""
    school, year, office = _school(f"papers-{mentors}", "青竹小学", Preset.PRIMARY_TERMLY)
    classes = mentors * PUPILS_A_MENTOR // PUPILS_A_CLASS
    desks = _people(school, year, office, [(1, 5)[n % 2] for n in range(classes)])
    term = year.terms.order_by("number")[0]
    _notes(desks, term)
    _letters(desks, term, office, with_advice=False)
    rebuild_ticks(year=year, on=today())
    return Built(school.pk, office.pk, year.pk, term.pk)


@transaction.atomic
def build_desk_school(mentors: int) -> "tuple[Built, list[Desk]]":
    """A primary school with so many mentors of 15 pupils, on whom nothing has been written yet, and their desks."""
    school, year, office = _school(f"desks-{mentors}", "青竹小学", Preset.PRIMARY_TERMLY)
    classes = -(-mentors * PUPILS_A_MENTOR // PUPILS_A_CLASS)
    desks = _people(school, year, office, [n % 6 + 1 for n in range(classes)])
    RoleGrant.objects.bulk_create(
        [RoleGrant(user=desk.user, role=Role.MENTOR, school=school, starts_on=year.starts_on) for desk in desks]
    )
    return Built(school.pk, office.pk, year.pk, year.terms.order_by("number")[0].pk), desks[:mentors]


def change_one_note(built: Built) -> None:
    """One more sentence in one talk of the school."""
    talk = HeartTalk.objects.filter(school_id=built.school_id).order_by("pk")[0]
    HeartTalk.objects.filter(pk=talk.pk).update(text=talk.text + "他说下周还想再聊一次。")


@dataclass(frozen=True, slots=True)
class Desk:
    """A mentor with an account and fifteen pupils."""

    mentor: Mentor
    teacher: Teacher
    user: User
    pupils: list[Pupil]


def _school(code: str, name: str, preset: Preset) -> tuple[School, SchoolYear, User]:
    day = today()
    start_year = day.year if day.month >= 8 else day.year - 1
    school, year = create_school(code=code, name=name, preset=preset, start_year=start_year, bureau_name="江城市教育局")
    system = system_actor(school_id=school.pk, today=day)
    office = create_user(actor=system, username=f"{code}-office", name="林主任", school=school)
    since = min(year.starts_on, day)
    grant_role(actor=system, user=office, role=Role.MORAL_OFFICE, school=school, starts_on=since)
    return school, year, office


def _people(school: School, year: SchoolYear, office: User, grades: list[int]) -> list[Desk]:
    """A class of 45 for each grade number of `grades`, with three mentors of fifteen."""
    chance = random.Random(school.code)  # noqa: S311 - invented people
    crowd = people(chance)
    count = dict.fromkeys(grades, 0)
    desks = []
    system = system_actor(school_id=school.pk, today=today())
    number = 0
    for grade in grades:
        count[grade] += 1
        school_class = create_class(year=year, grade_number=grade, number=count[grade])
        persons = [next(crowd) for _ in range(PUPILS_A_CLASS)]
        pupils = _pupils(school, year, school_class, persons, number)
        names = [next(crowd).name for _ in range(PUPILS_A_CLASS // PUPILS_A_MENTOR)]
        users = create_users(
            actor=system,
            school=school,
            names=[(f"{school.code}-m{number + at}", name) for at, name in enumerate(names)],
        )
        desks += _mentors(school, year, school_class, office, users, pupils)
        number += PUPILS_A_CLASS
    return desks


def _pupils(
    school: School, year: SchoolYear, school_class: SchoolClass, persons: list[Person], number: int
) -> list[Pupil]:
    pupils = Pupil.objects.bulk_create(
        [
            Pupil(school=school, name=person.name, student_number=f"G{school.pk}{number + at:08}")
            for at, person in enumerate(persons)
        ],
        batch_size=BATCH,
    )
    Guardian._default_manager.bulk_create(
        [
            Guardian(
                school=school, pupil=pupil, name=f"{person.surname}女士", relation="母亲", phone=f"199{pupil.pk:08}"
            )
            for pupil, person in zip(pupils, persons, strict=True)
        ],
        batch_size=BATCH,
    )
    Enrolment.objects.bulk_create(
        [
            Enrolment(
                school=school,
                year=year,
                school_class=school_class,
                pupil=pupil,
                seat_number=at + 1,
                brief=_BRIEF[at % len(_BRIEF)],
                starts_on=year.starts_on,
            )
            for at, pupil in enumerate(pupils)
        ],
        batch_size=BATCH,
    )
    return pupils


def _mentors(
    school: School, year: SchoolYear, school_class: SchoolClass, office: User, users: list[User], pupils: list[Pupil]
) -> list[Desk]:
    teachers = Teacher.objects.bulk_create(
        [Teacher(school=school, user=user, number=user.username, name=user.name) for user in users]
    )
    mentors = Mentor.objects.bulk_create(
        [Mentor(school=school, year=year, capacity=PUPILS_A_MENTOR, load=PUPILS_A_MENTOR) for _ in users]
    )
    pairs = list(zip(mentors, teachers, strict=True))
    MentorMember._default_manager.bulk_create(
        [MentorMember(school=school, mentor=mentor, year=year, teacher=teacher) for mentor, teacher in pairs]
    )
    TeamMember._default_manager.bulk_create(
        [
            TeamMember(school=school, school_class=school_class, mentor=mentor, is_leader=at == 0, position=at + 1)
            for at, mentor in enumerate(mentors)
        ]
    )
    desks = []
    for at, (mentor, teacher) in enumerate(pairs):
        own = pupils[at * PUPILS_A_MENTOR : (at + 1) * PUPILS_A_MENTOR]
        Assignment.objects.bulk_create(
            [
                Assignment(
                    school=school,
                    year=year,
                    pupil=pupil,
                    mentor=mentor,
                    origin=AssignmentOrigin.OFFICE,
                    starts_on=year.starts_on,
                    assigned_by=office,
                )
                for pupil in own
            ]
        )
        desks.append(Desk(mentor, teacher, users[at], own))
    return desks


def _letters(desks: list[Desk], term: Term, office: User, *, with_advice: bool) -> None:
    chance = random.Random(f"letters {term.pk}")  # noqa: S311 - invented letters
    moment = timezone.now() - datetime.timedelta(days=1)
    letters = [
        GrowthLetter(
            school_id=term.school_id,
            term=term,
            pupil=pupil,
            mentor=desk.mentor,
            created_by=desk.user,
            body=letter_body(chance, pupil.name[-2:]),
            advice=chance.choice(ADVICE) if with_advice and at % 3 == 0 else "",
            state=LetterState.RELEASED,
            handed_in_at=moment,
            released_at=moment,
            released_by=office,
        )
        for desk in desks
        for at, pupil in enumerate(desk.pupils)
    ]
    assert len({letter.body for letter in letters}) == len(letters), "no two letters are equal"
    assert all(250 <= len(letter.body) <= 402 for letter in letters), "two of them are line ends"
    GrowthLetter.objects.bulk_create(letters, batch_size=BATCH)


def _notes(desks: list[Desk], term: Term) -> None:
    chance = random.Random(f"notes {term.pk}")  # noqa: S311 - invented notes
    day = min(today(), term.starts_on + datetime.timedelta(days=20))
    visits, talks = [], []
    for desk in desks:
        for at, pupil in enumerate(desk.pupils):
            visits.append(
                HomeVisit(
                    school_id=term.school_id,
                    term=term,
                    pupil=pupil,
                    created_by=desk.user,
                    date=day - datetime.timedelta(days=at),
                    guardians_met="母亲",
                    text=note_text(chance, chance.randrange(80, 160)),
                    agreement="每天自己整理书包，周末安排一次亲子阅读。",
                    visibility=NoteVisibility.TEAM,
                )
            )
            talks.append(
                HeartTalk(
                    school_id=term.school_id,
                    term=term,
                    created_by=desk.user,
                    date=day - datetime.timedelta(days=at % 7),
                    occasion=Occasion.BEFORE_EXAM,
                    place="图书角",
                    strategies=[Strategy.STUDY],
                    text=note_text(chance, chance.randrange(100, 250)),
                    visibility=NoteVisibility.TEAM,
                )
            )
    HomeVisit.objects.bulk_create(visits, batch_size=BATCH)
    HeartTalk.objects.bulk_create(talks, batch_size=BATCH)
    teachers = [desk.teacher for desk in desks for _ in desk.pupils]
    pupils = [pupil for desk in desks for pupil in desk.pupils]
    HomeVisit.teachers.through._default_manager.bulk_create(
        [
            HomeVisit.teachers.through(homevisit_id=visit.pk, teacher_id=teacher.pk)
            for visit, teacher in zip(visits, teachers, strict=True)
        ],
        batch_size=BATCH,
    )
    HeartTalk.pupils.through._default_manager.bulk_create(
        [
            HeartTalk.pupils.through(hearttalk_id=talk.pk, pupil_id=pupil.pk)
            for talk, pupil in zip(talks, pupils, strict=True)
        ],
        batch_size=BATCH,
    )
