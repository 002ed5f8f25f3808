"""Which pages bench/pages.py asks for: every pattern of the URL map, or the reason why not. Wants Django set up."""

import time
from typing import Any, Final

from city import DAY
from django.core import signing
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.enums import Role
from accounts.models import RoleGrant, User
from jobs.models import ImportBatch, Job
from mentors.models.slots import Assignment, MentorMember
from mentors.rounds.models import Club, MatchingRound, RoundMentor
from mentors.staff.models import MentorCard, MentorWish, ReadinessCase, TrainingSession
from mentors.team.models import CaseMeeting
from records.desk.models import VisitPlan
from records.models.care import Referral, TreeHoleCard
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from schools.enums import MatchingMode
from schools.models import Grade, School, SchoolClass, Term
from students.family import SALT, SESSION_KEY
from students.models import FamilySlip

#: The school that is read; in a city the others lie beside it.
CODE: Final = "city-001"

_POST, _PDF, _MOVES = "takes posts only", "sets a PDF: bench/papers.py", "leads to another page"
_FILE, _OTHER = "hands out a file", "no page of the five roles"
LEFT_OUT: Final[dict[str, str]] = {
    **dict.fromkeys((
        "accounts:close_first_visit", "accounts:sign_out", "announcements:families_export",
        "announcements:families_slips",
        "announcements:confirm", "announcements:left_export", "announcements:delete", "announcements:file_remove",
        "audit:export",
        "announcements:publish", "announcements:remind", "family:announcement_confirm",
        "arrangement:add", "arrangement:end", "badges:all", "badges:appointments_all",
        "board:assign", "board:revoke", "channels:remove", "channels:switch", "channels:try",
        "clubs:members", "clubs:remove", "tree_hole:answer", "tree_hole:close",
        "tree_hole:home", "tree_hole:meet", "tree_hole:reopen", "desk:delete", "desk:draft_drop",
        "desk:draft_save", "desk:draft_undo", "family:end", "papers:class_slips_print", "papers:slip_print",
        "papers:slip_renew", "papers:slip_revoke", "plan:withdraw", "desk:file_remove", "desk:file_restore",
        "plan:document_file_remove", "plan:document_file_restore",
        "desk:letter_check", "desk:letter_know", "desk:letter_pdf", "desk:letter_preview",
        "desk:restore", "desk:visit_plan_cancel", "desk:visit_plan_restore", "entry:row", "family:tree_hole_leave",
        "family:reply", "help:all_letters",
        "imports:cancel", "imports:confirm", "imports:mapping", "imports:recheck", "imports:set_aside",
        "imports:undo", "jobs:cancel", "manage:ask_notes", "manage:come_back", "manage:give_role",
        "manage:open_account", "manage:password", "manage:take_role", "marks:mark", "marks:order", "meetings:delete",
        "meetings:restore", "notices:read_all", "office:accept_letter", "office:edit_letter", "office:release",
        "figures:export_trends", "manage:export_people", "office:export_cards", "readiness:export", "training:export",
        "office:export_letters", "office:export_mentors", "office:export_pupils",
        "bureau:take_out_grades", "bureau:take_out_schools", "bureau:take_out_report", "bureau:take_out_visits",
        "bureau:withdraw_city_plan", "bureau:take_back_commendation", "city:adopt_rules", "city:adopt_texts",
        "reminding:end_pause", "reminding:nudge", "reminding:send_nudges",
        "office:return_letter", "office:schedule", "office:unschedule", "office:correct_letter", "office:withdraw",
        "office:withdraw_letter", "papers:all_books", "papers:all_letters",
        "papers:all_slips", "papers:settings_preview", "papers:handling_mark",
        "training:certificates", "training:own_certificate",
        "papers:handling_undo", "papers:handling_code", "papers:handling_return", "rounds:cancel",
        "rounds:close", "rounds:make_draft", "rounds:open", "rounds:open_up", "rounds:prolong", "rounds:recheck",
        "rounds:remind", "sending:again", "settling:make", "settling:export_staff",
        "training:delete", "training:file_remove", "training:file_restore", "wishes:answer",
    ), _POST),
    **dict.fromkeys((
        "badges:appointments_print", "badges:print", "desk:letter_lined", "desk:lined_letters", "entry:ballots",
        "family:letter_pdf",
        "family_help:letter", "help:class_letters", "help:paper", "leader:paper", "papers:blank_book", "papers:book",
        "papers:class_letters", "papers:class_summary",
        "papers:my_book", "papers:my_letters", "papers:handling_list", "papers:tree_hole_cards",
        "plan:school_document_pdf", "settling:report_pdf", "settling:report_docx", "settling:certificate",
        "settling:my_certificate", "rounds:grade_matrix", "rounds:matrix",
        "city:certificate",
    ), _PDF),
    **dict.fromkeys((
        "accounts:first", "accounts:first_slip", "accounts:own_password", "accounts:password_link",
        "accounts:forgotten", "accounts:verify_email", "accounts:sign_in", "start",
        "imports:marked", "imports:progress", "jobs:progress", "manage:reinstate", "notices:open", "family:resume",
        "family:tree_hole_handed_in",
    ), _MOVES),
    "home": "is another page at a second address",
    **dict.fromkeys((
        "mentor_cards:photo", "mentor_cards:shared_photo", "choose:photo", "desk:file", "jobs:download",
        "papers:logo", "papers:look", "plan:document_file", "setup:calendar_file",
        "training:file",
    ), _FILE),
    **dict.fromkeys((
        "bureau:home", "bureau:school", "bureau:visits", "bureau:report", "bureau:city_plan", "bureau:new_city_plan",
        "bureau:commendations", "bureau:experiences", "bureau:check_schools",
        "bureau:first_slips", "bureau:new_schools", "bureau:school_list",
        "counsel:acknowledge", "counsel:answer", "counsel:close", "counsel:history", "counsel:home", "plan:schools",
        "counsel:notes", "counsel:referral", "counsel:reopen", "counsel:shared", "counsel:write",
    ), _OTHER),
    **dict.fromkeys((
        "announcements:detail", "announcements:edit", "announcements:file", "announcements:left",
        "announcements:sheet", "announcements:withdraw", "family:announcement", "family:announcement_file",
    ), "the city announces nothing"),
    **dict.fromkeys((
        "recognition:certificates", "recognition:drop", "recognition:edit", "recognition:nominate", "recognition:note",
        "recognition:note_edit", "recognition:note_hand_in", "recognition:note_pass_on", "recognition:note_publish",
        "recognition:note_return", "recognition:note_withdraw", "recognition:people", "recognition:person",
        "recognition:publish", "recognition:round", "recognition:rubric", "recognition:take_back",
        "recognition:unpublish", "recognition:withdraw",
    ), "the city honours nobody yet"),
    **dict.fromkeys((
        "circles:delete", "circles:detail", "circles:edit", "circles:list", "circles:new", "circles:restore",
    ), "the city's meetings are its classes'; they are the same pages"),
    "imports:export": "writes a workbook of all pupils: bench/import_roster.py",
    "imports:template": "writes a workbook",
    "rounds:download": "writes a workbook",
    "family:tree_hole_card": "opens by a word that only the pupil has",
    "year:undo": "this year was not rolled over",
}  # fmt: skip

#: Pages with a box to search in.
SEARCHED: Final = ("tree_hole:new", "desk:home", "family:tree_hole_new", "manage:people", "manage:pupils")


def url_names() -> list[str]:
    """The names of all URL patterns, with their namespaces."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> list[str]:
        names: list[str] = []
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                names += walk(pattern.url_patterns, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
            else:
                names.append(f"{prefix}{pattern.name}")
        return names

    return sorted(walk(get_resolver().url_patterns, ""))


class _Probe:
    """The people and things that the addresses are about: the first class of grade 3 and the second of its team."""

    def __init__(self) -> None:
        self.school = School.objects.get(code=CODE)
        self.room = SchoolClass.objects.get(school=self.school, year__is_current=True, grade__number=3, number=1)
        self.year = self.room.year
        self.term = Term.objects.get(year=self.year, number=1)
        self.leader, self.member = MentorMember.objects.filter(mentor__teams__school_class=self.room).order_by(
            "mentor__teams__position"
        )[:2]
        own = Assignment.objects.filter(mentor=self.member.mentor, ends_on=None, kind="main").values("pupil")
        mine = {"pupil__in": own, "term": self.term}
        # One who has a released letter of the term, a visit and a talk.
        talks = HeartTalk.objects.filter(
            created_by=self.member.teacher.user, term=self.term, deleted_at=None, pupils__in=own
        )
        visits = HomeVisit.objects.filter(created_by=self.member.teacher.user, deleted_at=None, **mine)
        letters = GrowthLetter.objects.filter(**mine, state="released")
        self.letter = letters.order_by("pk")[0]
        self.pupil = self.letter.pupil
        self.visit, self.talk = visits.order_by("pk")[0], talks.order_by("pk")[0]
        self.waiting = GrowthLetter.objects.filter(term=self.term, state="handed_in", pupil__in=own).order_by("pk")[0]
        self.slip = FamilySlip.objects.get(pupil=self.pupil, revoked_at=None)


def browsers() -> dict[str, Client]:
    """A browser of each role, signed in."""
    probe = _Probe()
    users = {
        "mentor": probe.member.teacher.user,
        "homeroom": probe.leader.teacher.user,
        "office": _of_role(Role.MORAL_OFFICE, probe.school),
        "admin": _of_role(Role.SCHOOL_ADMIN, probe.school),
    }
    found = {role: Client() for role in users}
    for role, user in users.items():
        assert user is not None
        found[role].force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    family = Client()
    session = family.session
    # As on the family's own phone, opened just now.
    session[SESSION_KEY] = {str(probe.slip.pk): signing.dumps([probe.slip.pk, True, int(time.time())], salt=SALT)}
    session.save()
    family.cookies["sessionid"] = session.session_key or ""
    return found | {"family": family}


def _of_role(role: Role, school: School) -> User:
    return RoleGrant.objects.get(role=role, school=school).user


def addresses() -> dict[str, str]:
    """An address of every page that is measured, by the name of its pattern.

    Raises AssertionError if a pattern is neither measured nor left out.
    """
    probe = _Probe()
    arguments = _arguments(probe)
    names = [name for name in url_names() if name not in LEFT_OUT]
    stray = LEFT_OUT.keys() - set(url_names())
    assert not stray, f"no such pattern: {sorted(stray)}"
    found = {name: reverse(name, kwargs=arguments.get(name)) for name in names}
    found["rounds:new"] += f"?grade={probe.room.grade_id}"
    # What a page looks for on request is a page of its own.
    searched = {f"{name}?q": f"{found[name]}?q=王" for name in SEARCHED}
    return found | searched


def _arguments(probe: _Probe) -> dict[str, dict[str, Any]]:
    school, pupil, slot = probe.school, {"pk": probe.pupil.pk}, {"pk": probe.member.mentor_id}
    room = {"pk": probe.room.pk}
    slip = {"key": probe.slip.key}
    chosen = {"pk": MatchingRound.objects.get(school=school, mode=MatchingMode.CHOICE).pk}
    both = MatchingRound.objects.get(school=school, mode=MatchingMode.TWO_SIDED)
    teacher = {"pk": probe.member.teacher_id}
    account = {"pk": _of_role(Role.LEADER, school).pk}
    card = MentorCard.objects.filter(school=school).order_by("pk")[0]
    meeting = CaseMeeting.objects.filter(school_class=probe.room).order_by("pk")[0]
    letter = {"pk": probe.waiting.pk}
    training = {"pk": TrainingSession.objects.filter(school=school).order_by("-date")[0].pk}
    club = {"pk": Club.objects.filter(school=school).order_by("pk")[0].pk}
    hole_card = {"pk": TreeHoleCard.objects.filter(teacher=probe.member.teacher).order_by("pk")[0].pk}
    plan = VisitPlan.objects.filter(pupil__enrolments__school_class=probe.room, date__gt=DAY).order_by("pk")[0]
    case = ReadinessCase.objects.filter(school=school).order_by("pk")[0]
    sent = Referral.objects.filter(school=school, created_by=probe.member.teacher.user).order_by("pk")[0]
    found: dict[str, dict[str, Any]] = {
        **dict.fromkeys((
            "rounds:add_mentors", "rounds:candidates", "rounds:detail", "rounds:draft", "rounds:edit",
            "rounds:exceptions", "rounds:progress", "rounds:publish",
        ), chosen),
        **dict.fromkeys((
            "tree_hole:paper", "counsel:refer", "desk:brief", "desk:letter_desk", "desk:pupil", "desk:talk",
            "desk:visit", "handover:write", "manage:move", "manage:pupil", "manage:withdraw", "merge:pupils",
            "papers:slip",
        ), pupil),
        **dict.fromkeys((
            "board:detail", "board:table", "board:team", "meetings:list", "meetings:new", "office:class",
            "papers:class_slips",
        ), room),
        **dict.fromkeys((
            "choose:mentors", "choose:mine", "choose:wish", "family:tree_hole_new", "family:tree_hole", "family:home",
            "family:announcements",
            "family:letters", "family:slip", "family:visit", "family_help:page",
        ), slip),
        **dict.fromkeys(("manage:leave", "manage:person", "merge:teachers"), teacher),
        **dict.fromkeys(("meetings:detail", "meetings:edit"), room | {"meeting": meeting.pk}),
        **dict.fromkeys(("clubs:delete", "clubs:detail", "clubs:edit"), club),
        **dict.fromkeys(("training:add_files", "training:attendance", "training:edit", "training:files"), training),
        **dict.fromkeys(("tree_hole:card", "tree_hole:history"), hole_card),
        **dict.fromkeys(("office:mentor", "papers:handling_book"), slot),
        "arrangement:pupil": room | {"pupil": probe.pupil.pk},
        "counsel:sent": {"pk": sent.pk},
        "desk:files": {"kind": "talk", "pk": probe.talk.pk},
        "desk:history": {"kind": "visit", "pk": probe.visit.pk},
        "desk:talk_edit": {"pk": probe.talk.pk},
        "desk:visit_edit": {"pk": probe.visit.pk},
        "desk:visit_plan_edit": {"pk": plan.pk},
        "desk:visit_plan_one": {"pk": plan.pupil_id},
        "entry:grid": {"pk": both.pk, "school_class": probe.room.pk},
        "family:letter": slip | {"pk": probe.letter.pk},
        "help:text": {"key": "mentor"},
        "imports:detail": {"pk": ImportBatch.objects.filter(school=school).order_by("pk")[0].pk},
        "jobs:detail": {"pk": Job.objects.filter(school=school).order_by("pk")[0].pk},
        "manage:account": account,
        "manage:remove_grade": {"pk": Grade.objects.filter(school=school).order_by("number")[0].pk},
        "manage:acting": {"pk": RoleGrant.objects.filter(school=school, ends_on=None).order_by("pk")[0].pk},
        "marks:sheet": {"pk": RoundMentor.objects.get(round=both, mentor=probe.member.mentor).pk},
        "mentor_cards:shared": {"key": card.key},
        "office:grade": {"pk": probe.room.grade_id},
        "office:letter": letter,
        "plan:school": {"pk": school.pk},
        "plan:school_document": {"pk": school.pk},
        "readiness:case": {"pk": case.pk},
        **{name: {"on": DAY.isoformat()} for name in ("reminding:day", "reminding:sent_day")},
        "readiness:new": teacher,
        "settling:comment": {"number": 4},
        "rounds:place": chosen | {"pupil": _in_round(chosen["pk"])},
        "wishes:answer": {"pk": MentorWish.objects.filter(school=school).order_by("pk")[0].pk},
    }  # fmt: skip
    return found


def _in_round(pk: int) -> int:
    """A pupil of the round's draft."""
    placement = MatchingRound.objects.get(pk=pk).placements.order_by("pk")[0]
    return placement.pupil_id
