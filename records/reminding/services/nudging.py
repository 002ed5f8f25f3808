"""提醒这几位导师: 德育室 reminds the mentors of a list of what is open, once a day and person."""

from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.services import audit
from core.errors import DomainError
from notices.services import NoticeFor, send_notices
from records.reminding.contexts import NUDGE
from records.reminding.models import Reminder
from records.reminding.queries.nudge import Nudge, NudgedPerson, OpenList, find_nudge, nudge_key
from records.reminding.services.rules import check_reminds
from schools.calendar import YearCalendar
from schools.models import School

#: So long an own sentence may be.
WORDS_LENGTH = 200


@transaction.atomic
def send_nudges(*, actor: Actor, calendar: YearCalendar, wanted: OpenList, words: str = "") -> Nudge:
    """Tell the mentors of what `wanted` lists what is open there, each once a day; who was told, and who was not.

    `words` of the sender stand in the inbox alone: what leaves the house says only how many things wait. Whoever has
    nothing open in the list is not in it. Raises DomainError `not_allowed`, `words_too_long`, `nobody_open` and as
    `find_nudge`.
    """
    school_id = check_reminds(actor)
    words = words.strip()
    if len(words) > WORDS_LENGTH:
        raise DomainError("words_too_long", f"最多写 {WORDS_LENGTH} 字，现在有 {len(words)} 字。")
    found = find_nudge(actor, calendar, wanted)
    if not found.people and not found.left_out:
        raise DomainError("nobody_open", "名单上的都已经完成，或者导师还没有账号，没有可以提醒的人。")
    school = School.objects.get(pk=school_id)
    key = nudge_key(actor.today)
    notices = send_notices(
        school=school,
        kind=NUDGE,
        wanted=[
            NoticeFor(
                recipient=person.user,
                title=f"德育室提醒您：{person.count} 条待办",
                dedup_key=f"{NUDGE}:{school.code}:{actor.today.isoformat()}",
                body=_body(person, words),
                link=reverse("desk:home") + calendar.at,
                count=person.count,
            )
            for person in found.people
        ],
    )
    Reminder.objects.bulk_create(
        (
            Reminder(school=school, user_id=notice.recipient_id, key=key, sent_on=actor.today, notice=notice)
            for notice in notices
        ),
        ignore_conflicts=True,
    )
    detail = {"people": len(notices), "show": wanted.show, "term": calendar.key, "own_words": bool(words)}
    audit(actor=actor, verb="remind_mentors", detail=detail)
    return found


def _body(person: NudgedPerson, words: str) -> str:
    lines = [f"· {line}" for line in person.lines]
    return "\n".join([f"“{words}”", *lines] if words else lines)
