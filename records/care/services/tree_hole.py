"""心灵树洞卡 (Guyi plan 四(三)2): a pupil gives one to any teacher they trust, who answers, meets and decides on home.

Only that teacher reads it. A pupil who handed one in by slip reads the answer with a word 暗号, because the slip itself
is in the parents' hands, too.
"""

import datetime
import uuid
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.actors import Actor, system_actor
from accounts.enums import AuditKind
from accounts.services import audit
from accounts.services.door import CARD, Answer, Visitor, knock
from core.clock import not_before, now, today
from core.errors import DomainError
from core.papercodes import derived_code, is_code, paper_keys
from mentors.models.slots import Teacher
from notices.services import send_notice
from records.care.queries.tree_hole import is_offered, reachable_teachers
from records.desk.services.drafts import drop_draft
from records.desk.services.versions import keep_former, note_version
from records.enums import HomeContact, RecordKind, TreeHoleSubject, TreeHoleWish, VersionAct
from records.kinds import FormKey, Kind, Target, register
from records.models.care import TreeHoleCard
from records.rules import holds_tree_hole_card, may_enter_paper_cards
from schools.calendar import term_on
from schools.days import past_days
from students.models import Enrolment, FamilySlip, Pupil
from students.services import current_key

#: So many cards of one pupil are taken in a day: more are no longer a child's. Waiting ones are not counted: whoever
#: holds the slip, a parent too, would learn from a refusal how many there are.
MOST_A_DAY: Final = 30
CODE_LENGTH: Final = 6
LONGEST_TEXT: Final = 2000
LONGEST_REASON: Final = 200
#: Why home was not told, where the pupil wished so and the teacher wrote nothing else.
AS_WISHED: Final = "尊重同学的意愿。"

WRONG: Final = "暗号不对，请再看看记下的字母和数字。"
LOCKED: Final = "输错的次数多了，请过一小时再试。着急的话，直接去找老师。"
NOT_YOUR_PUPIL: Final = "只能录入自己指导的学生、本班学生交来的卡。别的同学的卡，请交给他的导师、班主任或心理老师录入。"
CHANGED: Final = "这张卡刚才在别处改过。下面是您的文字，核对后再保存。"
EXPIRED: Final = "这个表单已经失效，请刷新页面后再写一次。"


def _form(actor: Actor, pk: int) -> Target | None:
    card = TreeHoleCard.objects.visible_to(actor).select_related("pupil").filter(pk=pk).first()
    return Target(RecordKind.CARD, card.pupil) if card is not None else None


register(
    Kind(
        key=RecordKind.CARD,
        model=TreeHoleCard,
        people="pupil",
        kept=("answer", "met_on", "home_contact", "home_reason"),
        unkept={
            "id": "the version's own record_id",
            "school": "never changes",
            "version": "the version's own number",
            **dict.fromkeys(
                (
                    "pupil", "term", "teacher", "subject", "text", "wish", "may_tell_home", "submission",
                    "handed_in_at", "entered_by",
                ),
                "the pupil's own, never changed",
            ),
            **dict.fromkeys(
                ("opened_at", "answered_at", "home_decided_at", "closed_at"), "the version's own changed_at"
            ),
        },
        prose=("answer",),
        forms=(
            FormKey("card/new", lambda _actor: Target(RecordKind.CARD, None)),
            FormKey("card/#", _form, "tree_hole:card"),
        ),
        author="entered_by",
        written="handed_in_at",
        sent=None,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class TreeHoleData:
    """What stands on a card."""

    subject: TreeHoleSubject
    text: str
    wish: TreeHoleWish
    may_tell_home: bool = False


def tree_hole_code(card: TreeHoleCard) -> str:
    """The word 暗号 of a card that was handed in by slip: derived with the server's key, stored nowhere."""
    return _code(current_key()[1], card)


def _code(key: str, card: TreeHoleCard) -> str:
    return derived_code(key, f"tree-hole-card:{card.submission}", CODE_LENGTH)


def hand_in_tree_hole_card(
    *, slip: FamilySlip, teacher: Teacher, data: TreeHoleData, submission: uuid.UUID
) -> TreeHoleCard:
    """The pupil of an opened slip gives a card to `teacher`, who is told that there is one, not from whom.

    The same `submission` again returns the card that is already there.
    Raises DomainError `not_offered`, `other_school`, `not_set_up`, `not_here`, `text_empty`, `no_such_teacher`,
    `too_many`, `submission_taken`.
    """
    if not is_offered(slip):
        raise DomainError("not_offered", "你的年级这学期没有心灵树洞。有心事，可以直接找你信任的老师。")
    pupil_actor = system_actor(school_id=slip.school_id, today=today(), name="学生")
    try:
        return _create(pupil_actor, slip.pupil, teacher, data, submission, limited=True)
    except IntegrityError:
        return _existing(submission, slip.pupil_id, entered_by=None)


def enter_tree_hole_card(*, actor: Actor, pupil: Pupil, data: TreeHoleData, submission: uuid.UUID) -> TreeHoleCard:
    """A teacher types in a paper card that `pupil` gave to them. The pupil gets the answer in person.

    Raises DomainError `no_teacher`, `not_allowed` and what `hand_in_tree_hole_card` raises, but `too_many`: the paper
    was given.
    """
    teacher = Teacher.objects.visible_to(actor).filter(user_id=actor.user_id).first() if actor.user_id else None
    if teacher is None or actor.user_id is None:
        raise DomainError("no_teacher", "您的账号不在教师名册上，不能录入树洞卡。请联系管理员把账号与名册关联。")
    if pupil.school_id != actor.school_id:
        raise DomainError("other_school", "这位老师或同学不属于本校。")
    year = actor.calendar.year
    if year is not None and not may_enter_paper_cards(actor, year).filter(pk=pupil.pk).exists():
        raise DomainError("not_allowed", NOT_YOUR_PUPIL)
    try:
        return _create(actor, pupil, teacher, data, submission, limited=False)
    except IntegrityError:
        return _existing(submission, pupil.pk, entered_by=actor.user_id)


@transaction.atomic
def _create(
    actor: Actor, pupil: Pupil, teacher: Teacher, data: TreeHoleData, submission: uuid.UUID, *, limited: bool
) -> TreeHoleCard:
    if pupil.school_id != actor.school_id or teacher.school_id != actor.school_id:
        raise DomainError("other_school", "这位老师或同学不属于本校。")
    text = data.text.strip()
    if not text:
        raise DomainError("text_empty", "写几句想说的话再交给老师。")
    year = actor.calendar.year
    terms = actor.calendar.of(year).terms if year is not None else ()
    if year is None or not terms:
        raise DomainError("not_set_up", "学校还没有准备好树洞卡，请直接去找你信任的老师。")
    # The pupil's row is the lock of the bound; a second tap waits here and finds the first one's card.
    Pupil.objects.select_for_update(of=("self",)).get(pk=pupil.pk)
    if not Enrolment.objects.active().of_year(year).filter(pupil=pupil).exists():
        raise DomainError("not_here", "这位同学本学年不在册，不能交树洞卡。")
    found = reachable_teachers(pupil.school_id, on=actor.today).filter(pk=teacher.pk).select_related("user").first()
    if found is None or found.user is None:
        raise DomainError("no_such_teacher", "这位老师现在收不到树洞卡，请选另一位老师，或者直接去找老师。")
    known = TreeHoleCard.objects.filter(submission=submission).exists()
    today_ones = TreeHoleCard.objects.filter(pupil=pupil, handed_in_at__gte=now() - datetime.timedelta(days=1))
    if limited and not known and today_ones.count() >= MOST_A_DAY:
        # Does not say whose cards wait: the slip is in the parents' hands, too.
        raise DomainError("too_many", "树洞现在收不下新的卡片，请过几天再来。着急的话，直接去找你信任的老师。")
    card = TreeHoleCard.objects.create(
        school_id=pupil.school_id,
        pupil=pupil,
        term=term_on(terms, actor.today),
        teacher=found,
        subject=data.subject,
        text=text,
        wish=data.wish,
        may_tell_home=data.may_tell_home,
        submission=submission,
        handed_in_at=now(),
        entered_by_id=actor.user_id,
        opened_at=now() if actor.user_id is not None else None,
    )
    audit(actor=actor, verb="hand_in_card" if actor.user_id is None else "enter_card", target=card)
    if actor.user_id is None:
        send_notice(
            recipient=found.user,
            school=year.school,
            kind="card",
            title="您收到 1 张心灵树洞卡",
            link=reverse("tree_hole:card", args=[card.pk]),
            dedup_key=f"card:{card.pk}",
        )
    return card


def _existing(submission: uuid.UUID, pupil_id: int, *, entered_by: int | None) -> TreeHoleCard:
    card = TreeHoleCard.objects.filter(submission=submission).first()
    if card is None or card.pupil_id != pupil_id or card.entered_by_id != entered_by:
        raise DomainError("submission_taken", EXPIRED)
    return card


def open_by_code(*, slip: FamilySlip, code: str, visitor: Visitor | None = None) -> TreeHoleCard:
    """The card of the slip's pupil whose word 暗号 is `code`.

    Wrong ones count against `visitor`; having no card and having typed a wrong word answer alike, and the right word
    opens whatever others tried. Raises DomainError `card_wrong`, `card_locked`.
    """
    cards = TreeHoleCard.objects.filter(pupil_id=slip.pupil_id, entered_by=None).select_related("teacher")
    # Cards of former times may have words of former keys.
    words = [(card, _code(key, card)) for card in cards for key in paper_keys().values()]
    # Each is compared, so that the time tells nothing.
    right = [card for card, word in words if is_code(word, code)]
    answer = knock(CARD, subject=str(slip.pk), visitor=visitor or Visitor(""), is_right=lambda: bool(right))
    if answer is Answer.RIGHT:
        return right[0]
    raise DomainError("card_locked", LOCKED) if answer is Answer.SHUT else DomainError("card_wrong", WRONG)


@transaction.atomic
def open_tree_hole_card(*, actor: Actor, card: TreeHoleCard) -> TreeHoleCard:
    """The receiver has opened the card: logged, and the first time is kept. Raises DomainError `not_yours`."""
    if not holds_tree_hole_card(actor, card):
        raise DomainError("not_yours", "这张树洞卡不是交给您的。")
    TreeHoleCard.objects.filter(pk=card.pk, opened_at=None).update(opened_at=now())
    audit(actor=actor, verb="open_card", target=card, kind=AuditKind.READ)
    return card


@transaction.atomic
def answer_tree_hole_card(
    *, actor: Actor, card: TreeHoleCard, text: str, version: int, draft_key: str = ""
) -> TreeHoleCard:
    """Write, or change, the answer that the pupil reads.

    Raises DomainError `other_school`, `not_yours`, `answer_empty`, `changed_meanwhile`.
    """
    text = text.strip()
    if not text:
        raise DomainError("answer_empty", "写几句再寄出。")
    locked = _lock(actor, card, version)
    locked.answer = text
    locked.answered_at = locked.answered_at or not_before(locked.handed_in_at)
    if draft_key:
        drop_draft(actor=actor, key=draft_key)
    return _save(actor, locked, "answer_card")


@transaction.atomic
def note_meeting(*, actor: Actor, card: TreeHoleCard, on: datetime.date, version: int) -> TreeHoleCard:
    """The teacher met the pupil on the day `on`; that alone is enough, a talk may be logged besides.

    Raises DomainError `other_school`, `not_yours`, `date_out_of_range`, `changed_meanwhile`.
    """
    locked = _lock(actor, card, version)
    past_days(locked.term.year, actor.today).check(on)
    locked.met_on = on
    return _save(actor, locked, "meet_for_card")


@transaction.atomic
def decide_home(*, actor: Actor, card: TreeHoleCard, contacted: bool, reason: str, version: int) -> TreeHoleCard:
    """Note that home was told, or why not. Against the pupil's wish only with a reason, which the pupil reads.

    Raises DomainError `other_school`, `not_yours`, `reason_missing`, `reason_too_long`, `already_contacted`,
    `changed_meanwhile`.
    """
    reason = " ".join(reason.split())
    if len(reason) > LONGEST_REASON:
        raise DomainError("reason_too_long", f"说明最多写 {LONGEST_REASON} 字，请删减一些。")
    locked = _lock(actor, card, version)
    if contacted and not locked.may_tell_home and not reason:
        raise DomainError("reason_missing", "同学不希望告诉家长。为了安全必须联系时，请写一句原因，同学会看到。")
    if not contacted and not locked.may_tell_home:
        reason = reason or AS_WISHED
    if not contacted and not reason:
        raise DomainError("reason_missing", "请写一句没有联系家长的原因。")
    if not contacted and locked.home_contact == HomeContact.CONTACTED:
        raise DomainError("already_contacted", "已经记下与家长沟通过，不能再改成没有联系。")
    locked.home_contact = HomeContact.CONTACTED if contacted else HomeContact.NOT_CONTACTED
    locked.home_reason, locked.home_decided_at = reason, now()
    return _save(actor, locked, "decide_card_home")


@transaction.atomic
def close_tree_hole_card(*, actor: Actor, card: TreeHoleCard) -> TreeHoleCard:
    """Put the card away. Wants the decision about home, and an answer or a meeting, unless the wish was to be heard.

    A second time changes nothing. Raises DomainError `other_school`, `not_yours`, `not_finished`.
    """
    locked = _lock(actor, card, None)
    if locked.closed_at is not None:
        return locked
    if locked.wish != TreeHoleWish.LISTEN and locked.answered_at is None and locked.met_on is None:
        raise DomainError("not_finished", "同学还在等回应，请先回信或约谈，再收起这张卡。")
    if locked.home_contact == HomeContact.OPEN:
        raise DomainError("not_finished", "请先记下是否联系了家长，再收起这张卡。")
    locked.closed_at = now()
    return _save(actor, locked, "close_card")


@transaction.atomic
def reopen_tree_hole_card(*, actor: Actor, card: TreeHoleCard) -> TreeHoleCard:
    """Undo `close_tree_hole_card`. Raises DomainError `other_school`, `not_yours`."""
    locked = _lock(actor, card, None)
    if locked.closed_at is None:
        return locked
    locked.closed_at = None
    return _save(actor, locked, "reopen_card")


def _lock(actor: Actor, card: TreeHoleCard, version: int | None) -> TreeHoleCard:
    rows = TreeHoleCard.objects.select_for_update(of=("self",)).select_related("teacher", "term", "pupil")
    locked = rows.get(pk=card.pk)
    if locked.school_id != actor.school_id:
        raise DomainError("other_school", "这张树洞卡不属于本校。")
    if not holds_tree_hole_card(actor, locked):
        raise DomainError("not_yours", "这张树洞卡不是交给您的。")
    if version is not None and locked.version != version:
        raise DomainError("changed_meanwhile", CHANGED)
    keep_former(locked)
    return locked


def _save(actor: Actor, card: TreeHoleCard, verb: str) -> TreeHoleCard:
    card.version += 1
    card.save()
    note_version(actor=actor, record=card, act=VersionAct.UPDATED)
    audit(actor=actor, verb=verb, target=card, detail={"version": card.version})
    return card
