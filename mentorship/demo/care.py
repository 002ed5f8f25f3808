"""Referrals, tree-hole cards, case meetings and families' replies of the demo, by the services that a school uses.

A service writes at the present moment; what lies weeks back is dated back afterwards, and nothing else is changed.
"""

import datetime
import random
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from accounts.actors import Actor
from accounts.enums import Role
from accounts.queries import actor_for, users_with_role
from core.clock import now
from mentors.models.slots import Assignment, MentorMember, Teacher
from mentors.team.queries.places import class_place
from mentors.team.services.meetings import MeetingData, hold_meeting
from mentorship.demo.care_texts import CardText, CareTexts, MeetingText, ReferralText
from records.care.services.referrals import acknowledge, answer, close, refer, write_notes
from records.care.services.tree_hole import (
    TreeHoleData,
    answer_tree_hole_card,
    close_tree_hole_card,
    decide_home,
    enter_tree_hole_card,
    hand_in_tree_hole_card,
    note_meeting,
    open_tree_hole_card,
)
from records.enums import ReferralState
from records.letters.services.replies import mark_reply_read, reply_to_letter
from records.letters.services.writing import mark_letter_read
from records.models.care import Referral, TreeHoleCard
from records.models.records import GrowthLetter
from schools.models import SchoolYear
from students.models import Enrolment, FamilySlip, Pupil
from students.services import issue_slips

#: How long after a card or a referral each step was done.
_TAKEN, _ANSWERED, _DECIDED, _PUT_AWAY = (datetime.timedelta(hours=hours) for hours in (5, 27, 51, 75))


@dataclass(frozen=True, slots=True)
class Holder:
    """A teacher with pupils: who acts, the entry on the roster, whom they mentor."""

    actor: Actor
    teacher: Teacher
    pupils: tuple[Pupil, ...]


def fill_care(*, chief: Actor, year: SchoolYear, texts: CareTexts, seed: int) -> None:
    """Fill the rooms of care in `year` up to the day of `chief`, of 德育室: `texts`, given to pupils in their order."""
    rng = random.Random(f"care {seed}")  # noqa: S311  # demo data want to be repeatable, not secret
    user = users_with_role(year.school_id, Role.COUNSELLOR, on=chief.today)[0]
    counsellor = actor_for(user, scope_key=None, on=chief.today)
    house = _House(rng, chief, year, _holders(year, chief.today), counsellor)
    house.write_referrals(texts.referrals)
    house.write_cards(texts.cards)
    house.hold_meetings(texts.meetings)
    house.reply(texts.replies)


def _holders(year: SchoolYear, today: datetime.date) -> list[Holder]:
    """In the order of classes and teams."""
    pupils: dict[int, list[Pupil]] = defaultdict(list)
    for assignment in Assignment.objects.active().main().filter(year=year).select_related("pupil").order_by("pk"):
        pupils[assignment.mentor_id].append(assignment.pupil)
    members = MentorMember.objects.filter(year=year, position=1, mentor__in=pupils).exclude(teacher__user=None)
    by_class = ("grade__number", "number")
    order = (*(f"mentor__teams__school_class__{name}" for name in by_class), "mentor__teams__position", "pk")
    found: dict[int, Holder] = {}
    for member in members.select_related("teacher__user").order_by(*order):
        user = member.teacher.user
        if user is not None and member.mentor_id not in found:
            actor = actor_for(user, scope_key=None, on=today)
            found[member.mentor_id] = Holder(actor, member.teacher, tuple(pupils[member.mentor_id]))
    return list(found.values())


class _House:
    """Writes what has reached whom in one school."""

    def __init__(
        self, rng: random.Random, chief: Actor, year: SchoolYear, holders: list[Holder], counsellor: Actor
    ) -> None:
        self.rng, self.chief, self.year = rng, chief, year
        self.holders, self.counsellor = holders, counsellor
        # Nothing lies before the first day of the term.
        term = chief.calendar.of(year).term
        self.first = _at(term.starts_on, datetime.time(8, 30))

    def write_referrals(self, texts: Sequence[ReferralText]) -> None:
        """Each asked for by the pupil's mentor, and taken as far as it says."""
        for number, said in enumerate(texts):
            holder = self._holder(said.desk)
            found = refer(actor=holder.actor, pupil=self._pupil(holder, number), text=said.text, submission=self._key())
            stamps = {"created_at": self._at(said.days_ago)}
            if said.state != ReferralState.OPEN:
                found = acknowledge(actor=self.counsellor, referral=found)
                stamps["acknowledged_at"] = self._at(said.days_ago, _TAKEN)
                found = write_notes(actor=self.counsellor, referral=found, notes=said.notes, version=found.version)
            if said.answer:
                found = answer(actor=self.counsellor, referral=found, text=said.answer, version=found.version)
            if said.state == ReferralState.CLOSED:
                close(actor=self.counsellor, referral=found)
                stamps["closed_at"] = self._at(said.days_ago, _PUT_AWAY)
            Referral.objects.filter(pk=found.pk).update(**stamps)

    def write_cards(self, texts: Sequence[CardText]) -> None:
        """Each by slip, or typed in from paper, and taken as far as it says."""
        chosen = [(said, self._holder(said.desk)) for said in texts]
        givers = [self._pupil(holder, number + 3) for number, (_said, holder) in enumerate(chosen)]
        slips = issue_slips(actor=self.chief, pupils=list({pupil.pk: pupil for pupil in givers}.values()))
        listener = Teacher.objects.get(user=self.counsellor.user_id)
        for (said, holder), pupil in zip(chosen, givers, strict=True):
            reader = self.counsellor if said.to_counsellor else holder.actor
            teacher = listener if said.to_counsellor else holder.teacher
            self._write_card(said, reader, teacher, slips[pupil.pk])

    def _write_card(self, said: CardText, reader: Actor, teacher: Teacher, slip: FamilySlip) -> None:
        data = TreeHoleData(said.subject, said.text, said.wish, said.may_tell_home)
        if said.on_paper:
            card = enter_tree_hole_card(actor=reader, pupil=slip.pupil, data=data, submission=self._key())
        else:
            card = hand_in_tree_hole_card(slip=slip, teacher=teacher, data=data, submission=self._key())
        stamps = {"handed_in_at": self._at(said.days_ago)}
        if said.opened:
            open_tree_hole_card(actor=reader, card=card)
            stamps["opened_at"] = self._at(said.days_ago, _TAKEN)
        if said.answer:
            card = answer_tree_hole_card(actor=reader, card=card, text=said.answer, version=card.version)
            stamps["answered_at"] = self._at(said.days_ago, _ANSWERED)
        if said.met:
            day = timezone.localdate(self._at(said.days_ago, _ANSWERED))
            card = note_meeting(actor=reader, card=card, on=day, version=card.version)
        if said.told is not None:
            card = decide_home(
                actor=reader, card=card, contacted=said.contacted, reason=said.told, version=card.version
            )
            stamps["home_decided_at"] = self._at(said.days_ago, _DECIDED)
        if said.closed:
            close_tree_hole_card(actor=reader, card=card)
            stamps["closed_at"] = self._at(said.days_ago, _PUT_AWAY)
        TreeHoleCard.objects.filter(pk=card.pk).update(**stamps)

    def hold_meetings(self, texts: Sequence[MeetingText]) -> None:
        """Each noted by a mentor of the class's team, about own pupils."""
        for said in texts:
            holder = self._holder(said.desk)
            day = timezone.localdate(self._at(said.days_ago))
            pupils = holder.pupils[: said.pupils]
            enrolment = Enrolment.objects.active().select_related("school_class__year")
            school_class = enrolment.get(year=self.year, pupil=pupils[0]).school_class
            data = MeetingData(
                date=day,
                topic=said.topic,
                text=said.text,
                follow_up_on=day + datetime.timedelta(days=said.again) if said.again else None,
                pupils=frozenset(pupil.pk for pupil in pupils),
                teachers=frozenset(
                    member.teacher_id
                    for member in MentorMember.objects.filter(mentor__teams__school_class=school_class, position=1)
                ),
            )
            hold_meeting(actor=holder.actor, place=class_place(school_class), data=data, submission=self._key())

    def reply(self, texts: Sequence[str]) -> None:
        """Families answer released letters, but the first one, whose slip is printed. Every other reply is read."""
        letters = (
            GrowthLetter.objects.released()
            .filter(term__year=self.year, read_at=None)
            .order_by("pk")[1 : len(texts) + 1]
        )
        holding = {pupil.pk: holder.actor for holder in self.holders for pupil in holder.pupils}
        for number, (letter, text) in enumerate(zip(letters, texts, strict=False)):
            mark_letter_read(letter=letter)
            reply = reply_to_letter(letter=letter, text=text)
            if number % 2 and letter.pupil_id in holding:
                mark_reply_read(actor=holding[letter.pupil_id], reply=reply)

    def _holder(self, desk: int) -> Holder:
        return self.holders[desk % len(self.holders)]

    def _pupil(self, holder: Holder, number: int) -> Pupil:
        return holder.pupils[number % len(holder.pupils)]

    def _key(self) -> uuid.UUID:
        return uuid.UUID(int=self.rng.getrandbits(128))

    def _at(self, days_ago: int, later: datetime.timedelta = datetime.timedelta(0)) -> datetime.datetime:
        """A moment so many days ago and so much later; not before the term and not in the future."""
        began = _at(self.chief.today, datetime.time(12, 20)) - datetime.timedelta(days=days_ago)
        return min(max(began, self.first) + later, now())


def _at(day: datetime.date, time: datetime.time) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, time))
