"""The only writer of honours 表彰 (W31): rounds, nominations, notes by the school's own rubric, and who is honoured.

People decide: nothing is counted, nothing follows by itself, nobody nominates or decides on themselves.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.models import User
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.text import clean_text
from mentors.models.slots import Teacher
from notices.services import NoticeFor, send_notices
from records.recognition.enums import NominatedBy
from records.recognition.models import Award, AwardRound, Nomination, RubricSheet
from records.recognition.rules import can_decide, can_nominate, can_open_rounds, is_own
from schools.days import coming_days

MOST_CRITERIA: Final = 10
CRITERION_LENGTH: Final = 60
NOTE_LENGTH: Final = 300
REASON_LENGTH: Final = 500
CITATION_LENGTH: Final = 120
OWN: Final = "您自己的表彰请另一位老师决定。"


@dataclass(frozen=True, slots=True)
class RoundData:
    """What the form of a round says."""

    title: str
    award: str
    until: datetime.date
    about: str = ""
    nominators: NominatedBy = NominatedBy.ALL
    criteria: tuple[str, ...] = ()


@transaction.atomic
def open_award_round(*, actor: Actor, data: RoundData) -> AwardRound:
    """A new round of the present year; the same title again (a double click) gives the one that is there.

    Raises DomainError `not_allowed`, `no_year`, `date_out_of_range`, `title_missing`, `award_missing`,
    `criteria_too_many`.
    """
    if not can_open_rounds(actor):
        raise DomainError("not_allowed", "表彰由德育室发起。")
    year = actor.calendar.this_year()
    fields = _cleaned(data)
    coming_days(year, actor.today).check(data.until)
    there = AwardRound.objects.filter(year=year, title=fields["title"], withdrawn_at=None).first()
    if there is not None:
        return there
    row = AwardRound.objects.create(school_id=year.school_id, year=year, created_by_id=actor.user_id, **fields)
    audit(actor=actor, verb="open_award_round", target=row)
    return row


@transaction.atomic
def change_award_round(*, actor: Actor, round: AwardRound, data: RoundData) -> AwardRound:
    """Change a round that is not published yet. The rubric stays as it is as soon as somebody has written by it.

    Raises DomainError as `open_award_round`, `other_school`, `over`, `criteria_in_use`.
    """
    row = _locked(actor, round)
    _check_opens(actor)
    fields = _cleaned(data)
    if data.until != row.until:
        coming_days(row.year, actor.today).check(data.until)
    if fields["criteria"] != row.criteria and row.sheets.exists():
        raise DomainError("criteria_in_use", "已经有人按评价表写了意见，评价表不能再改。")
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    audit(actor=actor, verb="change_award_round", target=row)
    return row


@transaction.atomic
def withdraw_award_round(*, actor: Actor, round: AwardRound) -> AwardRound:
    """Take a round back, published or not: colleagues see it no more. Twice is once.

    Raises DomainError `other_school`, `not_allowed`.
    """
    row = _row(actor, round)
    _check_opens(actor)
    if row.withdrawn_at is None:
        row.withdrawn_at, row.published_at = now(), None
        row.save(update_fields=["withdrawn_at", "published_at"])
        audit(actor=actor, verb="withdraw_award_round", target=row)
    return row


@transaction.atomic
def nominate(*, actor: Actor, round: AwardRound, teacher: Teacher, reason: str) -> Nomination:
    """Say who should be honoured, and why; said again, the new reason stands.

    Raises DomainError `other_school`, `closed`, `not_allowed`, `oneself`, `left`, `reason_missing`, `reason_long`.
    """
    row = _row(actor, round)
    if teacher.school_id != row.school_id:
        raise DomainError("other_school", "这位老师不属于本校。")
    if actor.user_id is None or not can_nominate(actor, row):
        raise DomainError("not_allowed", "这次表彰现在不能推荐：可能已经截止，或只请一部分老师推荐。")
    if is_own(actor, teacher):
        raise DomainError("oneself", "不能推荐自己，请推荐一位同事。")
    if teacher.left_on is not None:
        raise DomainError("left", "这位老师已经离岗，请选择在岗的老师。")
    reason = reason.strip()
    if not reason:
        raise DomainError("reason_missing", "请写一下推荐理由：做了什么，对孩子有什么帮助。")
    if len(reason) > REASON_LENGTH:
        raise DomainError("reason_long", f"推荐理由最多 {REASON_LENGTH} 字，请写短一些。")
    found, is_new = Nomination.objects.get_or_create(
        round=row, teacher=teacher, by_id=actor.user_id, defaults={"school_id": row.school_id, "reason": reason}
    )
    if not is_new and found.reason == reason:
        return found
    if not is_new:
        found.reason = reason
        found.save()
    audit(actor=actor, verb="nominate", target=row)
    return found


@transaction.atomic
def take_back_nomination(*, actor: Actor, nomination: Nomination) -> None:
    """Take one's own nomination back while the round is open. Twice is once.

    Raises DomainError `other_school`, `not_allowed`.
    """
    row = _row(actor, nomination.round)
    if nomination.by_id != actor.user_id or not can_nominate(actor, row):
        raise DomainError("not_allowed", "推荐截止以后不能再撤回。")
    if Nomination.objects.filter(pk=nomination.pk).delete()[0]:
        audit(actor=actor, verb="take_back_nomination", target=row)


@transaction.atomic
def keep_rubric_notes(*, actor: Actor, round: AwardRound, teacher: Teacher, notes: Sequence[str]) -> None:
    """Keep the actor's own words about a nominee, one for each criterion; all empty takes them away.

    Raises DomainError `other_school`, `over`, `not_allowed`, `own_award`, `not_nominated`, `notes_unfit`.
    """
    row = _locked(actor, round)
    _check_decides(actor, row, teacher)
    kept = [note.strip() for note in notes]
    if len(kept) != len(row.criteria) or any(len(note) > NOTE_LENGTH for note in kept):
        raise DomainError("notes_unfit", f"每一项最多写 {NOTE_LENGTH} 字，请写短一些。")
    mine = RubricSheet._default_manager.filter(round=row, teacher=teacher, author_id=actor.user_id or 0)
    if not any(kept):
        mine.delete()
        return
    stored = mine.first()
    if stored is not None and stored.notes == kept:
        return
    if stored is None:
        stored = RubricSheet(school_id=row.school_id, round=row, teacher=teacher, author_id=actor.user_id or 0)
    stored.notes = kept
    stored.save()
    audit(actor=actor, verb="keep_rubric_notes", target=row)


@transaction.atomic
def honour(*, actor: Actor, round: AwardRound, teacher: Teacher, citation: str) -> Award:
    """Decide that a nominee is honoured, in the words that stand on the 奖状; again, the new words stand.

    Raises DomainError `other_school`, `over`, `not_allowed`, `own_award`, `not_nominated`, `citation_long`.
    """
    row = _locked(actor, round)
    _check_decides(actor, row, teacher)
    citation = clean_text(citation)
    if len(citation) > CITATION_LENGTH:
        raise DomainError("citation_long", f"颁奖词最多 {CITATION_LENGTH} 字，请写短一些。")
    found = row.awards.filter(teacher=teacher).first()
    if found is not None and found.citation == citation:
        return found
    if found is None:
        found = Award(school_id=row.school_id, round=row, teacher=teacher)
    found.citation, found.decided_by_id = citation, actor.user_id
    found.save()
    audit(actor=actor, verb="honour", target=found)
    return found


@transaction.atomic
def drop_award(*, actor: Actor, round: AwardRound, teacher: Teacher) -> None:
    """Take a decision back before it is published. Twice is once.

    Raises DomainError `other_school`, `over`, `not_allowed`, `own_award`, `not_nominated`.
    """
    row = _locked(actor, round)
    _check_decides(actor, row, teacher)
    if row.awards.filter(teacher=teacher).delete()[0]:
        audit(actor=actor, verb="drop_award", target=row)


@transaction.atomic
def publish_awards(*, actor: Actor, round: AwardRound) -> AwardRound:
    """Announce who is honoured: colleagues see the list, and those who are on it are told. Twice is once.

    Raises DomainError `other_school`, `not_allowed`, `withdrawn`, `still_open`, `nobody`.
    """
    row = _row(actor, round)
    _check_opens(actor)
    if row.withdrawn_at is not None:
        raise DomainError("withdrawn", "这次表彰已经撤回了。")
    if row.published_at is not None:
        return row
    if actor.today < row.until:
        raise DomainError("still_open", "推荐还没有截止。要提早公布，请先把截止日期改成今天。")
    awards = list(row.awards.select_related("teacher__user"))
    if not awards:
        raise DomainError("nobody", "还没有确定受表彰的老师，请先在名单里选定。")
    row.published_at = now()
    row.save(update_fields=["published_at"])
    audit(actor=actor, verb="publish_awards", target=row, detail={"awards": len(awards)})
    people: list[User] = [a.teacher.user for a in awards if a.teacher.user is not None and a.teacher.user.is_active]
    link = reverse("recognition:round", args=[row.pk])
    # A round that was taken back and is published anew tells again.
    key = f"award:{row.pk}:{row.published_at.isoformat()}"
    send_notices(
        school=row.school,
        kind="award",
        wanted=[NoticeFor(user, f"您获得了“{row.award}”，感谢您的付出", key, link=link) for user in people],
    )
    return row


@transaction.atomic
def take_back_awards(*, actor: Actor, round: AwardRound) -> AwardRound:
    """Take the announcement back, to change the list; the decisions stay. Twice is once.

    Raises DomainError `other_school`, `not_allowed`.
    """
    row = _row(actor, round)
    _check_opens(actor)
    if row.published_at is not None:
        row.published_at = None
        row.save(update_fields=["published_at"])
        audit(actor=actor, verb="take_back_awards", target=row)
    return row


def _row(actor: Actor, round: AwardRound) -> AwardRound:
    if round.school_id != actor.school_id:
        raise DomainError("other_school", "这次表彰不属于本校。")
    rows = AwardRound.objects.select_for_update(of=("self",)).select_related("school", "year")
    return rows.get(pk=round.pk)


def _locked(actor: Actor, round: AwardRound) -> AwardRound:
    """The round's row while it can be changed. Raises DomainError `other_school`, `over`."""
    row = _row(actor, round)
    if row.withdrawn_at is not None or row.published_at is not None:
        raise DomainError("over", "这次表彰已经公布或撤回，不能再改。要改，请德育室先收回公布。")
    return row


def _check_opens(actor: Actor) -> None:
    if not can_open_rounds(actor):
        raise DomainError("not_allowed", "表彰由德育室发起、公布和撤回。")


def _check_decides(actor: Actor, round: AwardRound, teacher: Teacher) -> None:
    if not can_decide(actor):
        raise DomainError("not_allowed", "表彰名单由德育室和领导小组决定。")
    if is_own(actor, teacher):
        raise DomainError("own_award", OWN)
    if not round.nominations.filter(teacher=teacher).exists():
        raise DomainError("not_nominated", "这位老师没有同事推荐，请先请同事推荐。")


def _cleaned(data: RoundData) -> dict[str, object]:
    title, award = clean_text(data.title), clean_text(data.award)
    if not title:
        raise DomainError("title_missing", "请写一下这次表彰的名称。")
    if not award:
        raise DomainError("award_missing", "请写一下授予的称号，它会印在奖状上。")
    criteria = [text for line in data.criteria if (text := clean_text(line))]
    if len(criteria) > MOST_CRITERIA or any(len(text) > CRITERION_LENGTH for text in criteria):
        message = f"评价表最多 {MOST_CRITERIA} 项，每项最多 {CRITERION_LENGTH} 字，一行一项。"
        raise DomainError("criteria_too_many", message)
    return {
        "title": title,
        "award": award,
        "about": data.about.strip(),
        "until": data.until,
        "nominators": data.nominators.value,
        "criteria": criteria,
    }
