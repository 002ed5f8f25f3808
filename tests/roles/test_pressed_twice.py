"""The same press twice: every address that takes posts is pressed and pressed again, as the role that may."""

import datetime
import inspect
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.models import AuditEntry, User
from core.clock import now
from core.shortcodes import short_code
from core.workbooks import SheetToWrite, write_workbook
from jobs.enums import ImportState, JobState
from jobs.models import ImportBatch, Job
from mentors.enums import RoundState
from mentors.models.slots import Teacher
from mentors.rounds.models import MatchingRound
from notices.enums import OutboxState
from notices.models import OutboxMessage
from records.models.records import GrowthLetter
from students.models import FamilySlip, Pupil
from tests.cast import TODAY, EnrolmentFactory, SchoolCast, TeacherFactory
from tests.core.test_pictures import picture
from tests.family.test_family_pages import TAIL, enter
from tests.imports.conftest import STUDENT_HEADER, book
from tests.imports.conftest import pupil as pupil_row
from tests.pages import fields, tree
from tests.roles.states import live_in
from tests.roles.test_reading_writes_nothing import writes
from tests.roles.test_url_matrix import MATRIX
from tests.roles.world import PARTS, ROBOT_ADDRESS, World, build_world

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

DAY = TODAY.isoformat()
SOON = (TODAY + datetime.timedelta(days=7)).isoformat()
#: Written by every press: who is signed in, what is to be said, and the press itself.
KEPT = {"accounts_press", "django_session"}
#: Whose posts may come again and again, each with its reason; `repeatable` stands at their views.
REPEATABLE = {
    "accounts:first": "every knock counts",
    "accounts:forgotten": "likewise",
    "accounts:first_slip": "likewise",
    "accounts:own_password": "the slip is used, and a second press leads home",
    "accounts:sign_in": "every knock counts",
    "start": "likewise, and there is one code",
    "family:slip": "likewise",
    "family:door": "leads on to a slip",
    "family:tree_hole": "likewise",
    "desk:draft_save": "each stamp is saved over the one before",
    "desk:letter_check": "looks at what is typed",
    "reminding:nudge": "looks at who would be reminded",
    "desk:letter_preview": "likewise",
    "papers:settings_preview": "likewise",
}
#: Nothing of the school is written by them.
WRITES_NOTHING = {
    "accounts:choose_scope": "the choice stands in the session",
    "accounts:sign_out": "ends the session",
    "bureau:new_schools": "the list stands in the session until it is confirmed",
    "desk:letter_pdf": "a paper of what is typed",
    "family:end": "ends the family's session",
    "family:tree_hole_leave": "likewise for the card",
    "rounds:recheck": "reckons anew and says whether the draft still holds",
}
#: In this school nobody may press them with success; their second press writes nothing all the same.
NOT_OPEN_HERE = {
    "choose:mentors": "the pupil of the slip has a mentor",
    "entry:row": "in this round nobody may be named",
    "imports:set_aside": "no roster here has rows that may be set aside",
    "marks:mark": "nobody has named this mentor",
    "marks:order": "likewise",
    "rounds:open": "the round has no mentors yet",
    "year:undo": "the year was changed meanwhile",
}

#: Parts to whom an address is open, but not with what is sent here; their second press writes nothing all the same.
NOT_THEIRS_HERE = {
    # Whoever published it is not asked to confirm it.
    "announcements:confirm": {"office"},
    # The pupils' roster is 管理员's.
    "imports:upload": {"office"},
    # A mentor card belongs to a teacher of the roster.
    "mentor_cards:mine": {"admin", "office", "counsellor", "leader", "bureau_user"},
    # What is taken back is a version that only 管理员 can make.
    "plan:withdraw": {"office"},
}

Body = dict[str, Any]
PASSWORD, NEW = "窗台-松鼠-星期三", "陶罐-星期五-晚霞"


@dataclass(frozen=True)
class P:
    """A press: who, and what is typed over the form as its page shows it; without, a button.

    `page` is the address whose form it is, if another; `after` what is pressed before; `at` the object, where the
    world's own is in another state.
    """

    part: str
    typed: Body | Callable[[World], Body] | None = None
    page: str = ""
    after: tuple[str, ...] = ()
    at: Callable[[World], dict[str, Any]] | None = None
    query: Callable[[World], str] | None = None


def read_letter(world: World) -> dict[str, Any]:
    return {"pk": GrowthLetter.objects.get(pupil=world.cast.pupil_of_colleague).pk}


def mentor_of(world: World) -> Teacher:
    return world.cast.slot.members.get().teacher


def waiting_letter(world: World) -> dict[str, Any]:
    return {"pk": GrowthLetter.objects.get(pupil=world.cast.pupil_shared).pk}


def new_child(_world: World) -> dict[str, Any]:
    """A pupil of the mentor without a letter."""
    return {"pk": Pupil.objects.get(name="新来的").pk}


def school_list() -> bytes:
    """One school to open."""
    rows = [("云溪学校", "九年一贯", "林知远")]
    return write_workbook([SheetToWrite("学校", ("学校", "方案", "管理员"), rows)])


def batch(state: ImportState) -> Callable[[World], dict[str, Any]]:
    return lambda _world: {"pk": ImportBatch.objects.filter(state=state).earliest("pk").pk}


PRESSES: dict[str, P] = {
    "accounts:change_password": P("mentor", {"old": PASSWORD, "new": NEW, "again": NEW}),
    "accounts:choose_scope": P("mentor", {}),
    "accounts:me": P("mentor", {"email": "new@mail.invalid"}),
    "accounts:close_first_visit": P("mentor", {"role": "mentor", "next": "/my/"}),
    "accounts:sign_out": P("mentor"),
    "accounts:verify_email": P("leader", {}),
    "announcements:confirm": P("mentor", {}, "announcements:detail"),
    "announcements:delete": P("office"),
    "announcements:edit": P("office", {"text": "改到周六。"}),
    "announcements:families_export": P("office", {"reason": "check", "as": "xlsx"}),
    "announcements:families_slips": P("office"),
    "announcements:file_remove": P("office"),
    "announcements:left_export": P("office", {"as": "xlsx"}),
    "audit:keeping": P("admin", {"months": "12"}),
    "audit:export": P("admin", {"as": "xlsx", "reason": "archive"}),
    "announcements:new": P("office", {"title": "家长会", "text": "周五下午开会。"}),
    "announcements:publish": P("office"),
    "announcements:remind": P("office"),
    "announcements:withdraw": P("office", {"reason": "时间错了"}),
    "arrangement:add": P(
        "office",
        lambda w: {"supporting-mentor": w.cast.slot_colleague.pk, "supporting-reason": "多一位"},
        "arrangement:pupil",
    ),
    "arrangement:end": P("office"),
    "arrangement:pupil": P("office", lambda w: {"main-mentor": w.cast.slot_colleague.pk, "main-reason": "换一位"}),
    "badges:all": P("office", lambda _w: {"job": str(uuid.uuid4())}),
    "badges:appointments_all": P("office", lambda _w: {"job": str(uuid.uuid4()), "on": DAY}),
    "board:assign": P("office", lambda w: {"mentor": w.cast.slot.pk}),
    "board:detail": P("office", lambda w: {f"pupil-{w.cast.pupil_unassigned.pk}": w.cast.slot.pk}),
    "board:grant": P("office", lambda w: {"mentor": w.cast.slot.pk, "limit": "17", "reason": "试一试"}),
    "board:revoke": P("office"),
    "board:team": P("office", lambda w: {"add": "1", "teacher": [spare_teacher(w).pk]}),
    "bureau:check_schools": P("bureau_user", {}, after=("bureau:new_schools",)),
    "bureau:first_slips": P("bureau_user", {}, after=("bureau:new_schools", "bureau:check_schools")),
    "bureau:commendations": P(
        "bureau_user", lambda w: {"school": w.cast.school.pk, "title": "优秀导师", "facts": "谈心到位。"}
    ),
    "bureau:new_city_plan": P("bureau_user", {"title": "方案", "base": "same", "cap": "12"}),
    "bureau:take_back_commendation": P("bureau_user", {}),
    "bureau:withdraw_city_plan": P("bureau_user", {}),
    "city:adopt_rules": P("admin", {}),
    "city:adopt_texts": P("admin", {}),
    "bureau:take_out_report": P("bureau_user", {"as": "xlsx"}),
    "bureau:take_out_visits": P("bureau_user", {"as": "xlsx"}),
    "bureau:take_out_grades": P("bureau_user", {"as": "xlsx"}),
    "bureau:take_out_schools": P("bureau_user", {"as": "xlsx"}),
    "bureau:new_schools": P("bureau_user", lambda _w: {"file": SimpleUploadedFile("学校.xlsx", school_list())}),
    "choose:mentors": P("family", {}),
    "choose:wish": P("family", {"text": "想换一位会下棋的"}),
    "circles:delete": P("office"),
    "circles:edit": P("office", {"topic": "怎样带新导师"}),
    "circles:new": P("office", {"topic": "怎样带新导师"}),
    "circles:restore": P("office"),
    "clubs:delete": P("office", {}),
    "clubs:edit": P("office", {"name": "童声合唱团"}),
    "clubs:members": P("office", lambda w: {"lines": w.cast.pupil_unassigned.name}, "clubs:detail"),
    "clubs:new": P("office", lambda w: {"name": "棋社", "mentor": w.cast.slot.pk}),
    "clubs:remove": P("office", at=lambda w: {"pk": w.arguments["clubs:detail"]["pk"], "pupil": w.cast.pupils[1].pk}),
    "counsel:acknowledge": P("counsellor"),
    "counsel:answer": P("counsellor", {"answer": "已经谈过"}, "counsel:referral", ("counsel:acknowledge",)),
    "counsel:close": P("counsellor", after=("counsel:acknowledge",)),
    "counsel:refer": P("mentor", {"text": "请看一看"}, at=lambda w: {"pk": w.cast.pupils[1].pk}),
    "counsel:reopen": P("counsellor", after=("counsel:acknowledge", "counsel:close")),
    "counsel:write": P("counsellor", {"notes": "聊了半小时"}, "counsel:referral", ("counsel:acknowledge",)),
    "desk:brief": P("mentor", {"text": "要做的事", "brief": "要做的事"}),
    "desk:delete": P("mentor"),
    "desk:draft_drop": P("mentor"),
    "desk:draft_undo": P("mentor", after=("desk:draft_drop",)),
    "desk:file_remove": P("mentor"),
    "desk:file_restore": P("mentor", after=("desk:file_remove",)),
    "desk:files": P("mentor", lambda _w: {"uploads": SimpleUploadedFile("a.png", picture(), "image/png")}),
    "desk:letter_desk": P("mentor", {"body": "这学期你进步很大。", "action": "draft"}, at=new_child),
    "desk:letter_know": P("mentor", {"known": "marks-0123456789ab"}),
    "desk:letter_pdf": P("mentor", {"body": "你好"}),
    "desk:restore": P("mentor", after=("desk:delete",)),
    "desk:talk": P("mentor", {"text": "聊了聊", "date": DAY}),
    "desk:talk_edit": P("mentor", lambda w: {"text": "聊了聊", "pupils": [w.cast.pupils[0].pk]}),
    "desk:visit": P("mentor", {"date": DAY}),
    "desk:visit_edit": P("mentor", {"text": "补一句"}),
    "desk:visit_plan": P("homeroom", lambda w: {"date": SOON, "pupils": [w.cast.pupil_of_colleague.pk]}),
    "desk:visit_plan_cancel": P("homeroom"),
    "desk:visit_plan_edit": P("homeroom", {"date": SOON}),
    "desk:visit_plan_one": P("mentor", {"date": SOON}),
    "desk:visit_plan_restore": P("homeroom", after=("desk:visit_plan_cancel",)),
    "entry:grid": P("office", lambda w: {f"p{w.cast.pupil_unassigned.pk}_1": "1"}),
    "entry:row": P(
        "office", lambda w: {f"v{w.cast.pupil_unassigned.pk}": "0", f"p{w.cast.pupil_unassigned.pk}_1": "1"}
    ),
    "family:announcement_confirm": P("family", {}, "family:announcement"),
    "family:end": P("family"),
    "family:reply": P("family", {"text": "谢谢老师"}, "family:letter"),
    "family:tree_hole_leave": P("family"),
    "family:tree_hole_new": P(
        "family", {"subject": "mood", "text": "有点累", "wish": "write"}, query=lambda w: f"to={mentor_of(w).pk}"
    ),
    "family:visit": P("family", {}),
    "handover:write": P("homeroom", {"text": "请多陪陪"}),
    # What was imported since has made the preview old; looking again makes it new.
    "imports:confirm": P("admin", {}, "imports:detail", ("imports:recheck",), batch(ImportState.CHECKED)),
    "imports:mapping": P("admin", at=batch(ImportState.CHECKED)),
    "imports:recheck": P("admin", at=batch(ImportState.CHECKED)),
    "imports:set_aside": P("admin", {}, "imports:detail", at=batch(ImportState.REFUSED)),
    "imports:undo": P("admin", at=batch(ImportState.DONE)),
    "imports:cancel": P("admin", at=batch(ImportState.CHECKED)),
    "imports:upload": P(
        "admin",
        lambda _w: {
            "kind": "students",
            "file": SimpleUploadedFile("名册.xlsx", book(STUDENT_HEADER, pupil_row(9, "丁一", "一<1>"))),
        },
    ),
    "jobs:cancel": P("office", at=lambda _w: {"pk": Job.objects.get(state=JobState.QUEUED).pk}),
    "manage:acting": P("admin", lambda w: {"user": w.cast.colleague.pk, "starts_on": DAY, "ends_on": SOON}),
    "manage:give_roles": P("admin", lambda w: {"account": [w.cast.leader.pk], "role": "counsellor", "starts_on": DAY}),
    "manage:activity": P("admin", lambda w: {"do": "close", "who": [mentor_of(w).pk]}),
    "manage:ask_notes": P("admin"),
    "manage:come_back": P("admin", at=lambda _w: {"pk": Teacher.objects.get(name="已离岗").pk}),
    "manage:give_role": P("admin", {"role": "counsellor", "starts_on": DAY}, at=lambda w: {"pk": w.cast.mentor.pk}),
    "manage:grades": P("admin", {"name-1": "启蒙年级"}),
    "manage:leave": P("admin", {}, at=lambda w: {"pk": spare_teacher(w).pk}),
    "manage:move": P("admin", lambda w: {"school_class": w.cast.class_five.pk}),
    "manage:new_grade": P("admin", {"number": "7"}),
    "manage:remove_grade": P("admin"),
    "manage:new_pupil": P("admin", lambda w: {"name": "新同学", "school_class": w.cast.class_one.pk}),
    "manage:open_account": P("admin", {"username": "qz_xin"}, at=lambda w: {"pk": spare_teacher(w).pk}),
    "manage:password": P("admin"),
    "manage:pupil": P("admin", {"remark": "爱下棋"}),
    "manage:reinstate": P("admin", {}, at=lambda _w: {"pk": Pupil.objects.get(name="戚远").pk}),
    "manage:slips": P("admin", lambda w: {"who": [mentor_of(w).pk], "seed": "a page"}),
    "manage:take_role": P("admin"),
    "manage:withdraw": P("admin", {}),
    "marks:mark": P("mentor", {"mark": "preferred"}),
    "marks:order": P("mentor", {"way": "up"}, after=("marks:mark",)),
    "meetings:delete": P("homeroom"),
    "meetings:edit": P("homeroom", {"topic": "怎样开始"}),
    "meetings:new": P("homeroom", {"topic": "怎样开始"}),
    "meetings:restore": P("homeroom"),
    "mentor_cards:mine": P("mentor", {"hobbies": "下棋"}),
    "merge:pupils": P("admin", lambda _w: {"other": Pupil.objects.get(name="又一位").pk}),
    "merge:teachers": P("admin", lambda w: {"other": spare_teacher(w).pk}),
    "notices:read_all": P("mentor"),
    "figures:export_trends": P("office", {"as": "xlsx"}),
    "office:accept_letter": P("office", {}, "office:letter", at=waiting_letter),
    "office:correct_letter": P("office", {"body": "你好，可儿"}, "office:letter", at=read_letter),
    "office:edit_letter": P("office", {"body": "你好，同学"}, "office:letter", at=waiting_letter),
    "office:export_letters": P("office", {"reason": "check", "as": "xlsx", "state": ""}),
    "office:export_mentors": P("office", {"as": "xlsx"}),
    "office:export_pupils": P("office", {"reason": "check", "as": "xlsx"}),
    "office:letter": P("office", {}, at=waiting_letter),
    "office:release": P("office", {"scope": "all", "term": "1", "sure": "1"}),
    "office:return_letter": P("office", {"reason": "请再看看"}, "office:letter", at=waiting_letter),
    "office:schedule": P("office", {"scope": "all", "term": "1", "sure": "1", "day": SOON, "time": "08:00"}),
    "office:unschedule": P("office", {"scope": "all", "term": "1", "sure": "1"}),
    "office:withdraw": P(
        "office",
        lambda w: {"scope": "selected", "letters": [w.arguments["office:letter"]["pk"]], "term": "1", "sure": "1"},
    ),
    "office:withdraw_letter": P("office"),
    "help:all_letters": P("office", {}, "papers:index"),
    "papers:all_books": P("office", {}, "papers:index"),
    "papers:all_letters": P("office", {}, "papers:index"),
    "papers:all_slips": P("office", {}, "papers:index"),
    "papers:class_slips_print": P("office"),
    "papers:handling_book": P("office", {"note": "缺一页", "remark": "缺一页"}),
    "papers:handling_mark": P(
        "office", lambda w: {"term": "1", "act": "issued", "books": [w.cast.slot.pk], "on": DAY}, "papers:handling"
    ),
    "papers:handling_items": P("office", {"lines": "签名齐全"}),
    "papers:handling_return": P("office", {"why": "请补上日期"}, "papers:handling"),
    "papers:handling_scan": P("office", lambda w: {"code": short_code(w.cast.slot.pk), "do": "issued"}),
    "papers:handling_undo": P("office", {"act": "issued"}, "papers:handling", ("papers:handling_mark",)),
    "papers:settings": P("office", {"book_title": "成长册"}),
    "papers:slip": P("office", {}),
    "papers:slip_print": P("office"),
    "papers:slip_renew": P("office"),
    "papers:slip_revoke": P("office"),
    "settling:export_staff": P("office", {"reason": "report", "as": "xlsx"}, "settling:staff"),
    "settling:make": P("office", {"materials": ["report"], "reason": ""}, "settling:index"),
    "settling:comment": P("office", {"text": "本学期家访都完成了。"}),
    "plan:document_edit": P("office", {"goals": "新的目标"}),
    "plan:document_file_remove": P("office"),
    "plan:document_file_restore": P("office"),
    "plan:document_files": P("office", lambda _w: {"uploads": SimpleUploadedFile("b.png", picture(), "image/png")}),
    "plan:edit": P("admin", {"cap": "14", "effective_from": SOON, "sure": "1"}),
    "plan:withdraw": P("admin", after=("plan:edit",), at=lambda w: {"pk": w.cast.year.plans.latest("pk").pk}),
    "manage:export_people": P("admin", {"reason": "check", "as": "xlsx"}),
    "office:export_cards": P("office", {"as": "xlsx"}),
    "readiness:export": P("office", {"as": "xlsx"}),
    "training:export": P("office", {"as": "xlsx"}),
    "readiness:case": P("office", {}),
    "readiness:new": P("office", {"starts_on": DAY}),
    "rounds:add_mentors": P("office", lambda w: {"teachers": [spare_teacher(w).pk]}),
    "rounds:cancel": P("office"),
    "rounds:candidates": P("office", {}),
    "rounds:close": P("office"),
    "rounds:edit": P("office", {}),
    "rounds:exceptions": P("office", lambda w: {f"extra-{w.cast.slot.pk}": "1", "reason": "人多"}),
    "rounds:make_draft": P("office"),
    "rounds:new": P("office", {}, query=lambda w: f"grade={w.cast.class_five.grade_id + 1}"),
    "rounds:open": P("office", at=lambda _w: {"pk": MatchingRound.objects.get(state=RoundState.SETUP).pk}),
    "rounds:open_up": P("office", lambda w: {"mentor": [w.cast.slot.pk]}),
    "rounds:place": P("office", lambda w: {"mentor": w.cast.slot.pk}),
    "rounds:prolong": P("office", {"closes_at": f"{SOON}T08:00"}),
    "rounds:publish": P("office", {}, after=("rounds:close", "rounds:make_draft")),
    "rounds:recheck": P("office"),
    "rounds:remind": P("office"),
    "reminding:end_pause": P("office"),
    "reminding:pauses": P(
        "office", lambda w: {"user": w.cast.sharer.pk, "starts_on": "2026-11-18", "ends_on": "2026-11-20"}
    ),
    "reminding:rules": P("office", {"talk_is_on": "on", "talk_to_mentors": "on", "talk_early": "9"}),
    "reminding:send_nudges": P("office", {"show": "talk"}),
    "channels:hours": P("office", {"opens_at": "08:00"}),
    "channels:list": P("admin", {"name": "班主任群", "address": ROBOT_ADDRESS.replace("abcdefgh", "hgfedcba")}),
    "channels:remove": P("admin"),
    "channels:switch": P("admin", {"on": "0"}, "channels:list"),
    "channels:try": P("admin"),
    "sending:again": P("admin", lambda _w: {"message": [OutboxMessage.objects.get(state=OutboxState.FAILED).pk]}),
    "setup:first_weeks": P("office", {"do": "away"}),
    "setup:school": P("office", {"emergency_card": "心理老师 0553-1234567"}),
    "setup:edit_calendar": P("office", {"first_end": "2027-01-25", "sure": "1"}),
    "setup:modules": P("office", {"modules": ["rounds", "tree_hole"]}),
    "training:attendance": P("office", lambda w: {"came": [spare_teacher(w).pk]}),
    "training:delete": P("office"),
    "training:edit": P("office", {"topic": "怎样听"}),
    "training:file_remove": P("office"),
    "training:file_restore": P("office"),
    "recognition:drop": P("office"),
    "recognition:edit": P("office", {"title": "本学年表彰"}),
    "recognition:new": P("office", {"title": "又一次表彰", "award": "优秀导师", "until": SOON}),
    "recognition:nominate": P("mentor", lambda w: {"teacher": spare_teacher(w).pk, "reason": "常陪孩子读书"}),
    "recognition:note_edit": P("mentor", {"title": "慢慢开口的孩子"}),
    "recognition:note_hand_in": P("mentor"),
    "recognition:note_new": P("mentor", {"title": "又一篇"}),
    "recognition:note_pass_on": P("office"),
    "recognition:note_publish": P("office"),
    "recognition:note_return": P("office", {"remark": "请改一改"}),
    "recognition:note_withdraw": P("mentor"),
    "recognition:person": P("office", {"citation": "用心"}),
    "recognition:publish": P("office"),
    "recognition:rubric": P("office", {"note0": "家访有实效"}),
    "recognition:take_back": P("mentor"),
    "recognition:unpublish": P("office"),
    "recognition:withdraw": P("office"),
    "training:add_files": P("office", lambda _w: {"uploads": SimpleUploadedFile("c.png", picture(), "image/png")}),
    "training:new": P("office", {"topic": "怎样听"}),
    "tree_hole:answer": P("mentor", {"text": "谢谢你告诉我"}, "tree_hole:card"),
    "tree_hole:close": P("mentor", {}, "tree_hole:card"),
    "tree_hole:home": P("mentor", {"contacted": "none", "reason": "不必"}, "tree_hole:card"),
    "tree_hole:meet": P("mentor", {"date": DAY}, "tree_hole:card"),
    "tree_hole:paper": P("mentor", {"subject": "mood", "text": "有点累", "wish": "write"}),
    "tree_hole:reopen": P("mentor", {}, "tree_hole:card", ("tree_hole:answer", "tree_hole:home", "tree_hole:close")),
    "wishes:answer": P("office", lambda w: {f"wish{w.arguments['wishes:answer']['pk']}-answer": "可以"}),
    "year:roll": P("admin", {}),
    "year:undo": P("admin", {}),
}


def posted_to() -> dict[str, Any]:
    """All addresses that take posts, with their views."""

    def walk(patterns: list[URLPattern | URLResolver], space: str) -> dict[str, Any]:
        names: dict[str, Any] = {}
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                names |= walk(pattern.url_patterns, f"{space}{pattern.namespace}:" if pattern.namespace else space)
            elif "POST" in methods(pattern.callback):
                names[f"{space}{pattern.name}"] = pattern.callback
        return names

    return walk(get_resolver().url_patterns, "")


def methods(view: Any) -> list[str]:
    """What `require_http_methods` lets through; a view that does not say takes everything."""
    while view is not None:
        closed = inspect.getclosurevars(view).nonlocals if inspect.isfunction(view) else {}
        if "request_method_list" in closed:
            return list(closed["request_method_list"])
        view = getattr(view, "__wrapped__", None)
    return ["POST"]


def address(world: World, name: str) -> str:
    """Where `name` is pressed."""
    press = PRESSES.get(name)
    url = reverse(name, kwargs=press.at(world)) if press and press.at else world.url(name)
    return f"{url}?{press.query(world)}" if press and press.query else url


def path_of(url: str) -> str:
    return urlsplit(url).path


def form_of(world: World, client: Client, name: str, press: P) -> Element | None:
    """The form that is sent to `name`, as its page shows it."""
    target = address(world, name)
    here = (
        (reverse(press.page, kwargs=press.at(world)) if press.at else world.url(press.page)) if press.page else target
    )
    page = client.get(here)
    if page.status_code != HTTPStatus.OK:
        return None
    path = urlsplit(here).path
    for form in tree(page).iter("form"):
        leads = [form.get("action") or path, *(button.get("formaction", "") for button in form.iter("button"))]
        if (form.get("method") or "").lower() == "post" and urlsplit(target).path in map(path_of, leads):
            return form
    return None


def typed(world: World, press: P) -> Body:
    """What is typed over the form."""
    return press.typed(world) if callable(press.typed) else press.typed or {}


def sent(world: World, client: Client, name: str) -> Body:
    """What is sent: the fields of the form as its page shows it, and over them what is typed."""
    press = PRESSES[name]
    if press.typed is None:
        return {}
    over, form = typed(world, press), form_of(world, client, name, press)
    return over if form is None else fields(form) | over


def spare_teacher(world: World) -> Teacher:
    """On the roster, without an account or a slot."""
    return Teacher.objects.get(school=world.cast.school, name="闲老师")


def browser(world: World, part: str, client_of: Callable[[User], Client]) -> Client:
    """Where `part` is signed in, or has opened the slip."""
    if part != "family":
        return world.client(part, client_of)
    client = Client()
    enter(client, FamilySlip.objects.get(key=world.arguments["family:slip"]["key"]))
    return client


@pytest.fixture
def world(qingzhu: SchoolCast, other: SchoolCast, client_of: Callable[[User], Client]) -> World:
    return lived_in_world(qingzhu, other, client_of)


def lived_in_world(qingzhu: SchoolCast, other: SchoolCast, client_of: Callable[[User], Client]) -> World:
    """All that the presses are about."""
    made = build_world(qingzhu, other)
    live_in(qingzhu, client_of)
    TeacherFactory.create(school=qingzhu.school, name="闲老师")
    EnrolmentFactory.create(school_class=qingzhu.class_one, pupil__name="又一位", pupil__student_number="")
    day = datetime.timedelta(days=1)
    MatchingRound.objects.filter(state=RoundState.SETUP).update(opens_at=now() - day, closes_at=now() + day)
    for user in qingzhu.people.values():
        user.set_password(PASSWORD)
        user.first_visits = []
    User.objects.bulk_update(qingzhu.people.values(), ["password", "first_visits"])
    qingzhu.pupils[0].guardians.update(phone=f"1381234{TAIL}")
    return made


def test_every_address_that_takes_posts_is_pressed_here() -> None:
    assert set(PRESSES) | set(REPEATABLE) == set(posted_to())
    assert set(REPEATABLE) == {name for name, view in posted_to().items() if getattr(view, "is_repeatable", False)}


def others_who_may(name: str) -> list[str]:
    """The further parts to whom the table of URLs opens the address; a slip's pages belong to nobody of the staff."""
    press, (_method, answers) = PRESSES[name], MATRIX[name]
    if press.part == "family":
        return []
    closed = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
    return [
        part
        for part, answer in zip(PARTS, answers, strict=True)
        if answer not in closed and part not in ("anonymous", "stranger", press.part)
    ]


def pressed_twice(world: World, client: Client, name: str) -> dict[str, Any]:
    """What was wrong about two equal presses, and what the first one was answered."""
    for former in PRESSES[name].after:
        client.post(address(world, former), sent(world, client, former))
    url, body = address(world, name), sent(world, client, name)
    with writes() as first:
        one = client.post(url, body)
    entries = AuditEntry.objects.count()
    for value in body.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    with writes() as second:
        two = client.post(url, body)
    is_file = two.headers.get("Content-Type", "").startswith("application/")
    return {
        "first": one.status_code if one.status_code >= HTTPStatus.BAD_REQUEST else None,
        "second": None if two.status_code == one.status_code else two.status_code,
        "written at first": None if bool(first - KEPT) != (name in WRITES_NOTHING) else sorted(first),
        "written again": None if is_file else sorted(second - KEPT) or None,
        "audited again": None if AuditEntry.objects.count() == entries else "yes",
    }


def wrong_of(world: World, client_of: Callable[[User], Client], presses: list[tuple[str, str]]) -> dict[str, Any]:
    """What was wrong with each of `presses`, each taken back before the next one."""
    wrong: dict[str, Any] = {}
    for name, part in presses:
        with transaction.atomic():
            found = pressed_twice(world, browser(world, part, client_of), name)
            if name in NOT_OPEN_HERE or part in NOT_THEIRS_HERE.get(name, ()):
                del found["first"], found["written at first"]
            if any(value is not None for value in found.values()):
                wrong[f"{name} {part}"] = {key: value for key, value in found.items() if value is not None}
            transaction.set_rollback(True)
    return wrong


def test_what_is_pressed_twice_is_done_once(world: World, client_of: Callable[[User], Client]) -> None:
    """30 posts at once made 30 pupils; others answered a double click with an error or a false history."""
    assert wrong_of(world, client_of, [(name, press.part) for name, press in PRESSES.items()]) == {}


def test_what_another_role_presses_twice_is_done_once(world: World, client_of: Callable[[User], Client]) -> None:
    """Each address was pressed as one role only, though half of them are open to others too."""
    presses = [(name, part) for name in PRESSES for part in others_who_may(name)]
    assert len(presses) > 60
    assert wrong_of(world, client_of, presses) == {}
