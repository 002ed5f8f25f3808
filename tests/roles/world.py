"""One object of each kind in a school, an address of every URL pattern, and everybody who may knock."""

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.enums import Role
from accounts.models import RoleGrant, User
from accounts.rules import email_link
from accounts.services import create_user, grant_role, issue_account_slips
from core.clock import now
from core.shortcodes import short_code
from jobs.enums import ImportKind, ImportState, JobState
from jobs.models import ImportBatch, Job, ResultFile
from mentors.board.services.supporting import add_supporting
from mentors.enums import MatchRule, MeetingCircle, RoundState
from mentors.models.slots import RollOver
from mentors.rounds.models import MatchingRound, RoundMentor
from mentors.rounds.services.clubs import create_club
from mentors.rounds.services.draft import draft_round
from mentors.rounds.services.mentor_cards import MentorCardData, save_mentor_card
from mentors.rounds.services.running import create_round, open_round
from mentors.rounds.services.settings import RoundSettings
from mentors.rounds.services.wishes import hand_in_wish
from mentors.services.slots import grant_exception
from mentors.staff.services.readiness import open_case
from mentors.staff.services.training import TrainingData, create_session
from mentors.staff.services.training_files import add_training_file, remove_training_file
from mentors.team.queries.places import MeetingPlace, class_place
from mentors.team.services.meetings import MeetingData, delete_meeting, hold_meeting
from notices.enums import OutboxState, Trouble
from notices.models import OutboxMessage
from notices.services import add_robot, send_notice
from records.announcing.enums import Audience
from records.announcing.services.announcements import add_announcement_file, write_announcement
from records.bureau.services.city_plan import CityPlanData, publish_city_plan
from records.bureau.services.commendations import CommendationData, commend
from records.bureau.services.counting import recount
from records.care.services.referrals import refer
from records.care.services.tree_hole import TreeHoleData, hand_in_tree_hole_card
from records.desk.models import Attachment, VisitPlan
from records.desk.services.drafts import save_draft
from records.desk.services.notes import TalkData, VisitData, log_talk, log_visit
from records.enums import BookStep, TreeHoleSubject, TreeHoleWish
from records.letters.services.office import release_letters
from records.letters.services.writing import hand_in_letter
from records.papers.services.book_handling import mark_books
from records.recognition.services.awards import RoundData, honour, nominate, open_award_round, publish_awards
from records.recognition.services.notes import NoteData, hand_in_note, publish_note, write_note
from records.reminding.models import Reminder
from records.reminding.services.rules import pause_reminders
from records.setup.queries.plan_document import first_content
from records.setup.services.plan_document import add_document_file, remove_document_file, save_document
from schools.enums import MatchingMode, NoteVisibility
from schools.models import Grade, SchoolYear, Term
from students.services import issue_slips
from tests.announcing.builders import announce, said
from tests.cast import SINCE, TODAY, SchoolCast
from tests.core.test_pictures import picture

# The pages of one matching round.
ROUND_PAGES = (
    "add_mentors",
    "candidates",
    "close",
    "detail",
    "download",
    "draft",
    "edit",
    "exceptions",
    "make_draft",
    "matrix",
    "open",
    "open_up",
    "progress",
    "prolong",
    "publish",
    "recheck",
    "remind",
)
ANNOUNCEMENT_PAGES = ("confirm", "detail", "edit", "left", "left_export", "remind", "sheet", "withdraw")
ROBOT_ADDRESS = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abcdefgh"
PARTS = (
    "anonymous",
    "admin",
    "office",
    "homeroom",
    "mentor",
    "colleague",
    "counsellor",
    "leader",
    "bureau_user",
    "stranger",
)


def all_url_names() -> list[str]:
    """The names of all URL patterns of the project, with their namespaces."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> list[str]:
        names = []
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                names += walk(pattern.url_patterns, space)
            else:
                names.append(f"{prefix}{pattern.name}")
        return names

    return sorted(walk(get_resolver().url_patterns, ""))


@dataclass
class World:
    """The school `cast` with one object of each kind, and a stranger who holds every role in another school."""

    cast: SchoolCast
    stranger: User
    arguments: dict[str, dict[str, Any]] = field(default_factory=dict)

    def url(self, name: str) -> str:
        """An address of the pattern `name`, about objects of the cast's school."""
        return reverse(name, kwargs=self.arguments.get(name))

    def client(self, part: str, client_of: Callable[[User], Client]) -> Client:
        """A browser in which `part` is signed in."""
        if part == "anonymous":
            return Client()
        return client_of(self.stranger if part == "stranger" else getattr(self.cast, part))


def _stranger(other: SchoolCast) -> User:
    user = create_user(actor=other.system, username="stranger", name="莫生", school=other.school)
    for role in Role:
        if role != Role.BUREAU:
            school_class = other.class_five if role == Role.HOMEROOM else None
            grant_role(
                actor=other.system,
                user=user,
                role=role,
                school=other.school,
                school_class=school_class,
                starts_on=SINCE,
            )
    return user


def build_world(cast: SchoolCast, other: SchoolCast) -> World:
    """Records, a job, an import, a notice and a slip of `cast`'s school."""
    mentor, office = cast.actor(cast.mentor), cast.actor(cast.office)
    pupil = cast.pupils[0]
    term = Term.objects.get(year=cast.year, number=1)
    day = TODAY - datetime.timedelta(days=7)
    visit = log_visit(
        actor=mentor,
        pupil=pupil,
        term=term,
        data=VisitData(date=day, visibility=NoteVisibility.TEAM),
        teachers=[],
        submission=uuid.uuid4(),
    )
    talk = log_talk(
        actor=mentor,
        pupils=[pupil],
        term=term,
        data=TalkData(date=day, visibility=NoteVisibility.AUTHOR),
        submission=uuid.uuid4(),
    )
    shared = log_visit(
        actor=mentor,
        pupil=pupil,
        term=term,
        data=VisitData(date=day, visibility=NoteVisibility.COUNSELLOR),
        teachers=[],
        submission=uuid.uuid4(),
    )
    letter = hand_in_letter(
        actor=mentor, pupil=pupil, term=term, body="你好", advice="", version=0, submission=uuid.uuid4()
    )
    release_letters(actor=office, term=term, letter_ids=[letter.pk])
    draft = save_draft(
        actor=mentor, key=f"talk/{talk.pk}", content={"text": ["还没写完"]}, stamp="0123456789ab.1", base_version=1
    )
    save_document(actor=office, school=cast.school, seen_version=0, content=first_content(cast.school, TODAY))
    plan_file, taken_away = (
        add_document_file(actor=office, school=cast.school, data=picture(), name="x.png") for _ in range(2)
    )
    remove_document_file(actor=office, file=taken_away)
    # Rows alone: the pages are asked who may open them, not what the files hold. One is cancelled by the test itself.
    planned, changing = (
        VisitPlan.objects.create(school=cast.school, pupil=one_of_two, term=term, date=TODAY, created_by=cast.homeroom)
        for one_of_two in cast.pupils
    )
    file, removed_file = (
        Attachment.objects.create(
            school=cast.school,
            talk=talk,
            file=ContentFile(b"x", name="x.jpg"),
            name="x.jpg",
            content_type="image/jpeg",
            size=1,
            created_by=cast.mentor,
        )
        for _ in range(2)
    )
    exception = grant_exception(actor=office, mentor=cast.slot_colleague, limit=16, reason="试一试")
    job = Job.objects.create(
        school=cast.school,
        kind="record_books",
        title="全校导师记录本",
        state=JobState.DONE,
        created_by=cast.office,
        expires_at=now() + datetime.timedelta(days=1),
    )
    result = ResultFile.objects.create(
        job=job,
        name="记录本.zip",
        content_type="application/zip",
        sha256="0" * 64,
        final=True,
        expires_at=now() - datetime.timedelta(days=1),
    )
    batch = ImportBatch.objects.create(
        school=cast.school,
        year=cast.year,
        kind=ImportKind.STUDENTS,
        state=ImportState.CANCELLED,
        file_name="学生.xlsx",
        sha256="0" * 64,
        created_by=cast.admin,
    )
    robot, unused = (
        add_robot(actor=cast.actor(cast.admin), school=cast.school, name=name, address=ROBOT_ADDRESS + key)
        for name, key in (("全体导师群", "1"), ("旧群", "2"))
    )
    OutboxMessage.objects.create(
        robot=robot,
        school=cast.school,
        about="announcement:1",
        channel=robot.kind,
        body="学校发布了新公告",
        state=OutboxState.FAILED,
        trouble=Trouble.UNSURE,
        next_try_at=now(),
    )
    notice = send_notice(
        recipient=cast.mentor, school=cast.school, kind="digest", title="待办", link="/my/", dedup_key="world"
    )
    Reminder.objects.create(school=cast.school, user=cast.mentor, key="referral:0", sent_on=TODAY, notice=notice)
    pause = pause_reminders(actor=office, user=cast.colleague, starts_on=TODAY, ends_on=TODAY)
    slip = issue_slips(actor=office, pupils=[pupil])[pupil.pk]
    (account_slip,) = issue_account_slips(actor=cast.system, users=[cast.leader])
    # The class's own comes first: a teacher of another class has nothing to do with it.
    class_announcement, announcement = (
        announce(cast, audience, by=by, needs_receipt=True, **values)
        for audience, by, values in (
            (Audience.CLASS, cast.homeroom, {"school_class": cast.class_one}),
            (Audience.TEACHERS, cast.office, {}),
        )
    )
    class_file, announcement_file, spare_file = (
        add_announcement_file(actor=cast.actor(by), announcement=row, data=picture(), name="x.png")
        for row, by in ((class_announcement, cast.homeroom), (announcement, cast.office), (announcement, cast.office))
    )
    written, unwanted = (write_announcement(actor=office, data=said()) for _ in range(2))
    wish = hand_in_wish(slip=slip, text="想换一位")
    card = save_mentor_card(
        actor=mentor, teacher=cast.slot.members.get().teacher, data=MentorCardData(is_shared=True, photo=picture())
    )
    grant = RoleGrant.objects.get(user=cast.counsellor)
    teacher = cast.slot.members.get().teacher
    referral = refer(actor=mentor, pupil=pupil, text="", submission=uuid.uuid4())
    hole_card = hand_in_tree_hole_card(
        slip=slip,
        teacher=teacher,
        data=TreeHoleData(subject=TreeHoleSubject.MOOD, text="最近有点累", wish=TreeHoleWish.WRITE),
        submission=uuid.uuid4(),
    )
    case = open_case(actor=office, teacher=cast.slot_colleague.members.get().teacher, starts_on=day)
    training, spare_training = (
        create_session(actor=office, data=TrainingData(date=day, topic=topic)) for topic in ("怎样谈心", "写错的一次")
    )
    material, taken_material = (
        add_training_file(actor=office, session=training, data=picture(), name=name) for name in ("讲义.png", "旧.png")
    )
    remove_training_file(actor=office, file=taken_material)
    for step in (BookStep.ISSUED, BookStep.COLLECTED):
        mark_books(actor=office, term=term, mentors=[cast.slot_homeroom.pk], step=step, on=day)
    honours, due, honoured, spare_round = (
        open_award_round(actor=office, data=RoundData(title, "优秀导师", until, criteria=("育人实效",)))
        for title, until in (
            ("年度表彰", TODAY + datetime.timedelta(days=7)),
            ("到期的表彰", TODAY),
            ("公布的表彰", TODAY),
            ("要撤的表彰", TODAY),
        )
    )
    colleague = cast.slot_colleague.members.get().teacher
    for one_round in (honours, due, honoured):
        nomination = nominate(actor=mentor, round=one_round, teacher=colleague, reason="家访很用心")
        honour(actor=office, round=one_round, teacher=colleague, citation="")
    nomination = honours.nominations.get()
    publish_awards(actor=office, round=honoured)
    note, handed_in, told = (
        write_note(
            actor=mentor,
            data=NoteData(title, "小A不说话", "每天打招呼", "坚持", may_pass_on=True),
            submission=uuid.uuid4(),
        )
        for title in ("不说话的孩子", "交上去的", "发布了的")
    )
    for one_note in (handed_in, told):
        hand_in_note(actor=mentor, note=one_note)
    publish_note(actor=office, note=told)
    meeting, spare, gone = (
        hold_meeting(
            actor=cast.actor(cast.homeroom),
            place=class_place(cast.class_one),
            data=MeetingData(date=day, topic=topic),
            submission=uuid.uuid4(),
        )
        for topic in ("适应新学期", "要删的一次", "已经删的一次")
    )
    delete_meeting(actor=cast.actor(cast.homeroom), meeting=gone)
    wider, wider_spare, wider_gone = (
        hold_meeting(
            actor=office,
            place=MeetingPlace(MeetingCircle.SCHOOL, cast.year),
            data=MeetingData(date=day, topic=topic),
            submission=uuid.uuid4(),
        )
        for topic in ("全校的一次", "要删的全校一次", "已经删的全校一次")
    )
    delete_meeting(actor=office, meeting=wider_gone)
    # As if this year had come out of the former one.
    former = SchoolYear.objects.create(
        school=cast.school,
        start_year=2025,
        starts_on=datetime.date(2025, 9, 1),
        ends_on=datetime.date(2026, 6, 30),
    )
    rollover = RollOver.objects.create(school=cast.school, from_year=former, to_year=cast.year, digest="-")
    supporting = add_supporting(actor=office, pupil=pupil, mentor=cast.slot_homeroom)
    club = create_club(actor=office, year=cast.year, name="合唱团", mentor=cast.slot)
    two_sided = MatchingRound.objects.create(
        school=cast.school,
        year=cast.year,
        grade=cast.class_five.grade,
        name="双向选择",
        mode=MatchingMode.TWO_SIDED,
        state=RoundState.OPEN,
        opens_at=now() - datetime.timedelta(days=1),
        closes_at=now() + datetime.timedelta(days=1),
        rule=MatchRule.STABLE,
        seed=1,
    )
    candidate = RoundMentor.objects.create(
        school=cast.school, round=two_sided, mentor=cast.slot, number=1, whole_grade=True
    )
    choosing = draft_round(
        actor=office,
        round=open_round(
            actor=office,
            round=create_round(
                actor=office,
                year=cast.year,
                grade=cast.class_one.grade,
                mode=MatchingMode.CHOICE,
                settings=RoundSettings(
                    opens_at=now() - datetime.timedelta(days=1), closes_at=now() + datetime.timedelta(days=1)
                ),
            ),
        ),
    )
    asked = {"pk": choosing.pk}
    typed_in = asked | {"school_class": cast.class_one.pk}
    arranged = {"pk": cast.class_one.pk, "pupil": pupil.pk}
    marked = {"pk": candidate.pk, "pupil": cast.pupil_shared.pk}
    one: dict[str, Any] = {"pk": cast.class_one.pk}
    assert cast.school.bureau is not None
    bureau = cast.actor(cast.bureau_user)
    plan_of_city = publish_city_plan(
        actor=bureau, data=CityPlanData("全市方案", "preset-primary_termly", 12, parts={"goals": "人人有导师。"})
    )
    # One is taken back by the test itself.
    commended, commended_wrongly = (
        commend(actor=bureau, data=CommendationData(cast.school, "", title, "家访扎实。"))
        for title in ("先进学校", "写错的称号")
    )
    recount(bureau=cast.school.bureau, years=[cast.year], today=TODAY)
    return World(
        cast,
        _stranger(other),
        {
            **{f"announcements:{name}": {"pk": announcement.pk} for name in ANNOUNCEMENT_PAGES},
            "announcements:delete": {"pk": unwanted.pk},
            "announcements:publish": {"pk": written.pk},
            "announcements:file": {"pk": announcement_file.pk},
            "announcements:file_remove": {"pk": spare_file.pk},
            "arrangement:add": arranged,
            "arrangement:end": arranged | {"assignment": supporting.pk},
            "arrangement:pupil": arranged,
            "board:assign": one | {"pupil": cast.pupil_unassigned.pk},
            "board:detail": one,
            "board:revoke": {"pk": exception.pk},
            "board:table": one,
            "board:team": one,
            "mentor_cards:photo": {"pk": card.pk},
            "mentor_cards:shared": {"key": card.key},
            "mentor_cards:shared_photo": {"key": card.key},
            "choose:mentors": {"key": slip.key},
            "choose:mine": {"key": slip.key},
            "choose:photo": {"key": slip.key, "pk": card.pk},
            "choose:wish": {"key": slip.key},
            **{f"circles:{name}": {"key": "school"} for name in ("list", "new")},
            **{f"circles:{name}": {"key": "school", "meeting": wider.pk} for name in ("detail", "edit")},
            "circles:delete": {"key": "school", "meeting": wider_spare.pk},
            "circles:restore": {"key": "school", "meeting": wider_gone.pk},
            "clubs:delete": {"pk": club.pk},
            "clubs:detail": {"pk": club.pk},
            "clubs:edit": {"pk": club.pk},
            "clubs:members": {"pk": club.pk},
            "clubs:remove": {"pk": club.pk, "pupil": pupil.pk},
            "handover:write": {"pk": pupil.pk},
            "meetings:delete": one | {"meeting": spare.pk},
            "meetings:detail": one | {"meeting": meeting.pk},
            "meetings:edit": one | {"meeting": meeting.pk},
            "meetings:list": one,
            "meetings:new": one,
            "meetings:restore": one | {"meeting": gone.pk},
            "readiness:case": {"pk": case.pk},
            "readiness:new": {"pk": teacher.pk},
            **dict.fromkeys((f"rounds:{name}" for name in ROUND_PAGES), asked),
            # A round of its own: the others are asked about after it.
            "rounds:cancel": {"pk": two_sided.pk},
            "rounds:grade_matrix": {"pk": cast.class_one.grade_id},
            "rounds:place": asked | {"pupil": cast.pupil_unassigned.pk},
            "reminding:day": {"on": "2026-11-19"},
            "reminding:end_pause": {"pk": pause.pk},
            "reminding:sent_day": {"on": TODAY.isoformat()},
            "training:add_files": {"pk": training.pk},
            **{
                f"recognition:{name}": {"pk": honours.pk}
                for name in ("round", "edit", "nominate", "people", "certificates")
            },
            **{
                f"recognition:{name}": {"pk": honours.pk, "teacher": colleague.pk}
                for name in ("person", "rubric", "drop")
            },
            "recognition:take_back": {"pk": nomination.pk},
            "recognition:publish": {"pk": due.pk},
            "recognition:unpublish": {"pk": honoured.pk},
            "recognition:withdraw": {"pk": spare_round.pk},
            **{f"recognition:{name}": {"pk": note.pk} for name in ("note", "note_edit", "note_hand_in")},
            **{
                f"recognition:{name}": {"pk": handed_in.pk} for name in ("note_withdraw", "note_return", "note_publish")
            },
            "recognition:note_pass_on": {"pk": told.pk},
            "training:attendance": {"pk": training.pk},
            "training:delete": {"pk": spare_training.pk},
            "training:edit": {"pk": training.pk},
            "training:file": {"pk": material.pk},
            "training:file_remove": {"pk": material.pk},
            "training:file_restore": {"pk": taken_material.pk},
            "training:files": {"pk": training.pk},
            "accounts:first_slip": {"key": account_slip.key},
            "accounts:password_link": {"pk": cast.leader.pk, "token": "over"},
            "accounts:verify_email": {"token": email_link(cast.leader).split("/")[-2]},
            "manage:remove_grade": {"pk": Grade.objects.get(school=cast.school, number=6).pk},
            "manage:acting": {"pk": RoleGrant.objects.get(user=cast.homeroom, role=Role.HOMEROOM).pk},
            "manage:ask_notes": {"pk": teacher.pk},
            "tree_hole:answer": {"pk": hole_card.pk},
            "tree_hole:card": {"pk": hole_card.pk},
            "tree_hole:history": {"pk": hole_card.pk},
            "tree_hole:close": {"pk": hole_card.pk},
            "tree_hole:home": {"pk": hole_card.pk},
            "tree_hole:meet": {"pk": hole_card.pk},
            "tree_hole:paper": {"pk": pupil.pk},
            "tree_hole:reopen": {"pk": hole_card.pk},
            "counsel:acknowledge": {"pk": referral.pk},
            "counsel:answer": {"pk": referral.pk},
            "counsel:close": {"pk": referral.pk},
            "counsel:refer": {"pk": pupil.pk},
            "counsel:referral": {"pk": referral.pk},
            "counsel:history": {"pk": referral.pk},
            "counsel:reopen": {"pk": referral.pk},
            "counsel:sent": {"pk": referral.pk},
            "counsel:shared": {"kind": "visit", "pk": shared.pk},
            "counsel:write": {"pk": referral.pk},
            "desk:brief": {"pk": pupil.pk},
            "desk:delete": {"kind": "visit", "pk": visit.pk},
            "desk:draft_drop": {"pk": draft.pk},
            "desk:draft_undo": {"pk": draft.pk},
            "desk:history": {"kind": "visit", "pk": visit.pk},
            "papers:logo": {"mark": "0123456789ab"},
            "papers:look": {"mark": "0123456789ab-8c2f39", "name": "letter.css"},
            "desk:letter_check": {"pk": pupil.pk},
            "desk:letter_desk": {"pk": pupil.pk},
            "desk:letter_know": {"pk": pupil.pk},
            "desk:letter_lined": {"pk": pupil.pk},
            "desk:letter_pdf": {"pk": pupil.pk},
            "desk:letter_preview": {"pk": pupil.pk},
            "desk:pupil": {"pk": pupil.pk},
            "desk:restore": {"kind": "visit", "pk": visit.pk},
            "desk:talk": {"pk": pupil.pk},
            "desk:talk_edit": {"pk": talk.pk},
            "desk:visit": {"pk": pupil.pk},
            "desk:visit_edit": {"pk": visit.pk},
            "desk:visit_plan_cancel": {"pk": planned.pk},
            "desk:visit_plan_edit": {"pk": changing.pk},
            "desk:visit_plan_one": {"pk": pupil.pk},
            "desk:visit_plan_restore": {"pk": planned.pk},
            "desk:file": {"pk": file.pk},
            "desk:file_remove": {"pk": removed_file.pk},
            "desk:file_restore": {"pk": removed_file.pk},
            "desk:files": {"kind": "talk", "pk": talk.pk},
            "entry:ballots": typed_in,
            "entry:grid": typed_in,
            "entry:row": typed_in | {"pupil": cast.pupil_unassigned.pk},
            "family:announcement": {"key": slip.key, "pk": class_announcement.pk},
            "family:announcement_confirm": {"key": slip.key, "pk": class_announcement.pk},
            "family:announcement_file": {"key": slip.key, "pk": class_file.pk},
            "family:announcements": {"key": slip.key},
            "family:end": {"key": slip.key},
            "family_help:letter": {"key": slip.key},
            "family_help:page": {"key": slip.key},
            "help:class_letters": one,
            "help:paper": {"key": "mentor"},
            "help:text": {"key": "mentor"},
            "family:resume": {"key": slip.key},
            "family:tree_hole_handed_in": {"key": slip.key},
            "family:home": {"key": slip.key},
            "family:tree_hole_card": {"key": slip.key, "pk": hole_card.pk},
            "family:tree_hole_new": {"key": slip.key},
            "family:tree_hole": {"key": slip.key},
            "family:tree_hole_leave": {"key": slip.key},
            "family:letter": {"key": slip.key, "pk": letter.pk},
            "family:letter_pdf": {"key": slip.key, "pk": letter.pk},
            "family:letters": {"key": slip.key},
            "family:reply": {"key": slip.key, "pk": letter.pk},
            "family:slip": {"key": slip.key},
            "family:visit": {"key": slip.key},
            "imports:cancel": {"pk": batch.pk},
            "imports:confirm": {"pk": batch.pk},
            "imports:detail": {"pk": batch.pk},
            "imports:mapping": {"pk": batch.pk},
            "imports:marked": {"pk": batch.pk},
            "imports:progress": {"pk": batch.pk},
            "imports:recheck": {"pk": batch.pk},
            "imports:set_aside": {"pk": batch.pk},
            "imports:undo": {"pk": batch.pk},
            "jobs:cancel": {"pk": job.pk},
            "jobs:detail": {"pk": job.pk},
            "jobs:download": {"pk": result.pk},
            "jobs:progress": {"pk": job.pk},
            "imports:export": {"shape": "students"},
            "imports:template": {"shape": "students"},
            "manage:account": {"pk": cast.counsellor.pk},
            "manage:come_back": {"pk": teacher.pk},
            "manage:give_role": {"pk": cast.counsellor.pk},
            "manage:leave": {"pk": teacher.pk},
            "manage:move": {"pk": pupil.pk},
            "manage:open_account": {"pk": teacher.pk},
            "manage:password": {"pk": cast.counsellor.pk},
            "manage:person": {"pk": teacher.pk},
            "manage:pupil": {"pk": pupil.pk},
            "manage:reinstate": {"pk": pupil.pk},
            "manage:take_role": {"pk": cast.counsellor.pk, "grant": grant.pk},
            "manage:withdraw": {"pk": pupil.pk},
            "marks:mark": marked,
            "marks:order": marked,
            "marks:sheet": {"pk": candidate.pk},
            "merge:pupils": {"pk": pupil.pk},
            "merge:teachers": {"pk": teacher.pk},
            "channels:remove": {"pk": unused.pk},
            "channels:switch": {"pk": robot.pk},
            "channels:try": {"pk": robot.pk},
            "notices:open": {"pk": notice.pk if notice else 0},
            "office:accept_letter": {"pk": letter.pk},
            "office:class": one,
            "office:correct_letter": {"pk": letter.pk},
            "office:edit_letter": {"pk": letter.pk},
            "office:grade": {"pk": cast.class_one.grade_id},
            "office:letter": {"pk": letter.pk},
            "office:mentor": {"pk": cast.slot.pk},
            "office:return_letter": {"pk": letter.pk},
            "office:withdraw_letter": {"pk": letter.pk},
            "papers:book": {"pk": cast.slot.pk},
            "papers:class_letters": one,
            "papers:class_slips": one,
            "papers:class_slips_print": one,
            "papers:slip": {"pk": pupil.pk},
            "papers:slip_print": {"pk": pupil.pk},
            "papers:slip_renew": {"pk": pupil.pk},
            "papers:slip_revoke": {"pk": pupil.pk},
            "papers:class_summary": one,
            "papers:handling_book": {"pk": cast.slot.pk},
            "bureau:withdraw_city_plan": {"pk": plan_of_city.pk},
            "bureau:take_back_commendation": {"pk": commended_wrongly.pk},
            "city:certificate": {"pk": commended.pk},
            "papers:handling_code": {"code": short_code(cast.slot.pk)},
            "papers:handling_return": {"pk": cast.slot_homeroom.pk},
            "bureau:school": {"pk": cast.school.pk},
            "bureau:take_out_grades": {"pk": cast.school.pk},
            "plan:school": {"pk": cast.school.pk},
            "plan:document_file": {"pk": plan_file.pk},
            "plan:document_file_remove": {"pk": plan_file.pk},
            "plan:document_file_restore": {"pk": taken_away.pk},
            "plan:school_document": {"pk": cast.school.pk},
            "plan:school_document_pdf": {"pk": cast.school.pk},
            "plan:withdraw": {"pk": cast.year.plans.get().pk},
            "settling:certificate": {"pk": teacher.pk},
            "settling:comment": {"number": 4},
            "wishes:answer": {"pk": wish.pk},
            "year:undo": {"pk": rollover.pk},
        },
    )
