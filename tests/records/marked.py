"""A school in which every kind of record exists once, each with a mark of its own in its text, and who may come by."""

import datetime
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from accounts.services import create_user, grant_role
from mentors.board.services.supporting import add_supporting
from mentors.enums import AssignmentOrigin
from mentors.models.slots import Assignment, Mentor, MentorMember, Teacher
from mentors.services.assignments import assign_pupil
from mentors.services.slots import set_team
from mentors.team.queries.places import class_place
from mentors.team.services.handover import write_note
from mentors.team.services.meetings import MeetingData, hold_meeting
from records.care.services.referrals import acknowledge, answer, refer, write_notes
from records.care.services.tree_hole import TreeHoleData, answer_tree_hole_card, hand_in_tree_hole_card, tree_hole_code
from records.desk.services.attachments import add_attachment
from records.desk.services.drafts import save_draft
from records.desk.services.notes import TalkData, update_talk
from records.desk.services.visit_plans import hand_in_wish, plan_visits
from records.enums import TreeHoleSubject, TreeHoleWish
from records.letters.services.replies import reply_to_letter
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.enums import NoteVisibility
from schools.models import SchoolYear, Term
from students.models import FamilySlip, Pupil
from students.services import issue_slips, slip_code
from tests.cast import SINCE, TODAY, EnrolmentFactory, SchoolCast, TeacherFactory
from tests.core.test_pictures import picture
from tests.records.builders import letter, partner_of, released_letter, talk, term_of, visit
from tests.roles.world import World, build_world

TAIL = "5678"
VISIBILITIES = (NoteVisibility.TEAM, NoteVisibility.OFFICE, NoteVisibility.COUNSELLOR, NoteVisibility.AUTHOR)


def mark(kind: str) -> str:
    """What stands in the text of the record `kind` and nowhere else; letters and figures, so that paper keeps it."""
    return f"Kq{zlib.crc32(kind.encode()):08x}Z"


@dataclass
class Marked:
    """The school, its people by part, its records by kind, and the addresses that are about them."""

    cast: SchoolCast
    world: World
    people: dict[str, User]
    pupil: Pupil
    # The pupils whose letters are a draft, handed in and released.
    pupils: tuple[Pupil, Pupil, Pupil]
    slips: list[FamilySlip]
    records: dict[str, Any]
    # More addresses than one for a name: about each of the marked records.
    arguments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def client(self, part: str, client_of: Callable[[User], Client]) -> Client:
        """A browser in which `part` is signed in, or has opened the slips; the pupil knows the card's word, too."""
        if part not in ("guardian", "pupil"):
            return client_of(self.people[part])
        client = Client()
        for slip in self.slips:
            client.post(reverse("family:slip", args=[slip.key]), {"code": slip_code(slip), "phone_tail": TAIL})
        if part == "pupil":
            code = tree_hole_code(self.records["card"])
            client.post(reverse("family:tree_hole", args=[self.slips[0].key]), {"code": code})
        return client


def _teacher(cast: SchoolCast, part: str, name: str) -> tuple[User, Teacher]:
    user = create_user(
        actor=cast.system,
        username=f"{cast.school.code}-{part}",
        name=name,
        school=cast.school,
        email=f"{part}@{cast.school.code}.invalid",
    )
    grant_role(actor=cast.system, user=user, role=Role.MENTOR, school=cast.school, starts_on=SINCE)
    return user, TeacherFactory.create(school=cast.school, user=user, name=name)


def _written(note: HomeVisit | HeartTalk, on: datetime.date) -> None:
    """As if the note had been written on that day."""
    moment = timezone.make_aware(datetime.datetime.combine(on, datetime.time(12)))
    type(note)._base_manager.filter(pk=note.pk).update(created_at=moment)


def _former_year(cast: SchoolCast, pupil: Pupil, teacher: Teacher) -> HeartTalk:
    """A talk of the former year, when `teacher` was the pupil's mentor; who wrote it is gone."""
    year = SchoolYear.objects.get(school=cast.school, start_year=2025)
    day = datetime.date(2026, 3, 2)
    term = Term.objects.create(
        school=cast.school, year=year, number=2, starts_on=datetime.date(2026, 2, 20), ends_on=year.ends_on
    )
    slot = Mentor.objects.create(school=cast.school, year=year, capacity=15, load=1)
    MentorMember.objects.create(school=cast.school, year=year, mentor=slot, teacher=teacher, position=1)
    Assignment.objects.create(
        school=cast.school,
        year=year,
        pupil=pupil,
        mentor=slot,
        origin=AssignmentOrigin.OFFICE,
        starts_on=year.starts_on,
        ends_on=year.ends_on,
    )
    gone, _ = _teacher(cast, "gone", "云去来")
    note = HeartTalk.objects.create(
        school=cast.school,
        term=term,
        date=day,
        text=mark("talk of last year"),
        visibility=NoteVisibility.TEAM,
        created_by=gone,
    )
    note.pupils.add(pupil)
    _written(note, day)
    return note


def build_marked(cast: SchoolCast, other: SchoolCast) -> Marked:
    """One record of each kind about the pupils of the shared slot, and everybody of the table."""
    world = build_world(cast, other)
    office = cast.actor(cast.office)
    pupil = cast.pupil_unassigned
    handed, released = (
        EnrolmentFactory.create(school_class=cast.class_one, pupil__name=name).pupil for name in ("易安", "尤佳")
    )
    pupils = (pupil, handed, released)
    partner = partner_of(cast)
    trusted, trusted_teacher = _teacher(cast, "trusted", "顾盼")
    last_year, last_year_teacher = _teacher(cast, "lastyear", "路远")
    set_team(
        actor=cast.system,
        school_class=cast.class_one,
        mentors=[cast.slot_homeroom, cast.slot, cast.slot_colleague, cast.slot_shared],
        leader=cast.slot_homeroom,
    )
    # Until ten days ago the mentor of the first pupil was another one, who left word.
    change = TODAY - timedelta(days=10)
    assign_pupil(actor=cast.system, pupil=pupil, mentor=cast.slot, origin=AssignmentOrigin.OFFICE)
    for one in pupils:
        assign_pupil(actor=cast.system, pupil=one, mentor=cast.slot_shared, origin=AssignmentOrigin.OFFICE)
        add_supporting(actor=office, pupil=one, mentor=cast.slot_colleague)
    Assignment.objects.filter(pupil=pupil, mentor=cast.slot).update(starts_on=SINCE, ends_on=change)
    Assignment.objects.filter(pupil=pupil, mentor=cast.slot_shared).update(starts_on=change)

    author, holder = cast.sharer, cast.actor(cast.sharer)
    records: dict[str, Any] = {}
    for visibility in VISIBILITIES:
        for kind, log in (("visit", visit), ("talk", talk)):
            name = f"{kind} for {visibility}"
            records[name] = log(cast, author, pupil, visibility=visibility, text=mark(name))
    records["talk of an earlier mentor's time"] = talk(
        cast, cast.homeroom, pupil, text=mark("talk of an earlier mentor's time"), date=TODAY - timedelta(days=20)
    )
    _written(records["talk of an earlier mentor's time"], TODAY - timedelta(days=20))
    records["talk of last year"] = _former_year(cast, pupil, last_year_teacher)
    for name, before in (
        ("former text", NoteVisibility.TEAM),
        ("former text that was restricted", NoteVisibility.AUTHOR),
    ):
        records[name] = talk(cast, author, pupil, text=mark(name), visibility=before)
        update_talk(
            actor=holder,
            talk=records[name],
            version=1,
            data=TalkData(date=TODAY, visibility=NoteVisibility.TEAM, text="改过。"),
        )
    records["letter in draft"] = letter(cast, author, pupil, body=mark("letter in draft"), draft=True)
    records["letter handed in"] = letter(cast, author, handed, body=mark("letter handed in"))
    records["letter released"] = released_letter(cast, author, released, body=mark("letter released"))
    records["reply"] = reply_to_letter(letter=records["letter released"], text=mark("reply"))
    for name, owner in (("attachment", "visit for team"), ("attachment of a restricted note", "visit for author")):
        records[name] = add_attachment(
            actor=holder, record=records[owner], data=picture(), name=f"{mark(name)}.jpg", submission=uuid.uuid4()
        )
    records["draft"] = save_draft(
        actor=holder,
        key=f"talk/new/{pupil.pk}",
        content={"text": [mark("draft")], "date": [TODAY.isoformat()]},
        stamp="0123456789ab.1",
    )
    for one in pupils:
        one.guardians.update(phone=f"1381234{TAIL}")
    slips = [issue_slips(actor=office, pupils=[one])[one.pk] for one in pupils]
    card = hand_in_tree_hole_card(
        slip=slips[0],
        teacher=trusted_teacher,
        data=TreeHoleData(TreeHoleSubject.STUDY, mark("card"), TreeHoleWish.WRITE),
        submission=uuid.uuid4(),
    )
    card = answer_tree_hole_card(
        actor=cast.actor(trusted), card=card, text=mark("answer to the card"), version=card.version
    )
    records["card"] = records["answer to the card"] = card
    referral = refer(actor=holder, pupil=pupil, text=mark("referral"), submission=uuid.uuid4())
    counsellor = cast.actor(cast.counsellor)
    referral = acknowledge(actor=counsellor, referral=referral)
    referral = answer(
        actor=counsellor, referral=referral, text=mark("answer to the referral"), version=referral.version
    )
    referral = write_notes(
        actor=counsellor, referral=referral, notes=mark("counsellor's notes"), version=referral.version
    )
    records |= dict.fromkeys(("referral", "answer to the referral", "counsellor's notes"), referral)
    records["hand-over note"] = write_note(
        actor=cast.actor(cast.mentor), pupil=pupil, text=mark("hand-over note"), submission=uuid.uuid4()
    )
    records["case meeting"] = hold_meeting(
        actor=cast.actor(cast.homeroom),
        place=class_place(cast.class_one),
        data=MeetingData(date=TODAY, topic="怎样帮助同学", text=mark("case meeting"), pupils=frozenset({pupil.pk})),
        submission=uuid.uuid4(),
    )
    [records["visit plan"]] = plan_visits(
        actor=cast.actor(cast.homeroom),
        term=term_of(cast),
        pupils=[pupil],
        date=TODAY + timedelta(days=3),
        remark=mark("visit plan"),
    )
    records["visit wish"] = hand_in_wish(slip=slips[0], term=term_of(cast), text=mark("visit wish"))
    people = {
        "author": author,
        "co-mentor": partner,
        "supporting mentor": cast.colleague,
        "earlier mentor of this year": cast.mentor,
        "mentor of last year": last_year,
        "homeroom": cast.homeroom,
        "office": cast.office,
        "counsellor": cast.counsellor,
        "leader": cast.leader,
        "admin": cast.admin,
        "trusted teacher": trusted,
        "bureau": cast.bureau_user,
        "other school": world.stranger,
    }
    marked = Marked(cast, world, people, pupil, pupils, slips, records)
    marked.arguments = _addresses(marked)
    return marked


def _addresses(marked: Marked) -> dict[str, list[dict[str, Any]]]:
    """By name of the URL: the addresses about the marked records. Names that are not here are asked of the world."""
    records = marked.records
    of_pupils = [{"pk": pupil.pk} for pupil in marked.pupils]
    notes = {
        kind: [{"pk": r.pk} for r in records.values() if isinstance(r, model)]
        for kind, model in (("visit", HomeVisit), ("talk", HeartTalk), ("letter", GrowthLetter))
    }
    of_records = [{"kind": kind} | key for kind, keys in notes.items() for key in keys]
    shared = [{"kind": kind, "pk": records[f"{kind} for counsellor"].pk} for kind in ("visit", "talk")]
    shared += [{"kind": kind, "pk": records[f"{kind} for author"].pk} for kind in ("visit", "talk")]
    of_slips = [{"key": slip.key} for slip in marked.slips]
    card, referral = {"pk": records["card"].pk}, {"pk": records["referral"].pk}
    released = records["letter released"]
    of_letter = [{"key": slip.key, "pk": released.pk} for slip in marked.slips]
    cast, meeting = marked.cast, records["case meeting"]
    plan = records["visit plan"]
    pupil_pages = ("brief", "letter", "letter_desk", "letter_lined", "pupil", "talk", "visit")
    return {
        **{f"desk:{name}": of_pupils for name in pupil_pages},
        "desk:visit_edit": notes["visit"],
        "desk:talk_edit": notes["talk"],
        "desk:history": of_records,
        "desk:files": of_records,
        "desk:file": [{"pk": r.pk} for name, r in records.items() if name.startswith("attachment")],
        "desk:visit_plan_edit": [{"pk": plan.pk}],
        "counsel:refer": of_pupils[:1],
        **{f"counsel:{name}": [referral] for name in ("referral", "sent")},
        "counsel:shared": shared,
        "tree_hole:card": [card],
        "tree_hole:paper": of_pupils[:1],
        **{f"family:{name}": of_slips for name in ("slip", "home", "letters", "card_new", "cards", "visit")},
        "family:letter": of_letter,
        "family:letter_pdf": of_letter,
        "family:tree_hole_card": [{"key": slip.key, "pk": records["card"].pk} for slip in marked.slips[:2]],
        "handover:write": of_pupils[:1],
        **{f"meetings:{name}": [{"pk": cast.class_one.pk, "meeting": meeting.pk}] for name in ("detail", "edit")},
        "office:letter": notes["letter"],
        "papers:book": [{"pk": slot.pk} for slot in (cast.slot, cast.slot_shared)],
        "papers:class_letters": [{"pk": cast.class_one.pk}],
    }
