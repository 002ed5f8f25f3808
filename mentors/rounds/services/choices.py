"""The only writers of what pupils choose 志愿, on the phone or typed in from paper, and of the reminders about it."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor, system_actor
from accounts.services import audit
from core.clock import cn_date, now, today
from core.errors import DomainError
from core.text import clean_text
from mentors.enums import SheetSource
from mentors.rounds.models import Choice, ChoiceSheet, MatchingRound, RoundMentor
from mentors.rounds.queries.running import Phase, homeroom_teachers, phase, progress, takes_part
from mentors.rules import can_enter_choices, can_run_rounds
from notices.services import NoticeFor, send_notices
from students.models import Enrolment, FamilySlip, Pupil

REASON_LENGTH = 100
REMINDER = "choices"


@dataclass(frozen=True, slots=True)
class ChoiceData:
    """One choice; the first of a sheet is the 第一志愿."""

    mentor_id: int
    reason: str = ""


@transaction.atomic
def submit_choices(
    *,
    round: MatchingRound,
    pupil: Pupil,
    choices: Sequence[ChoiceData],
    source: SheetSource,
    actor: Actor | None = None,
    slip: FamilySlip | None = None,
    seen_version: int | None = None,
) -> ChoiceSheet:
    """Hand in what `pupil` chose, in order; an earlier sheet is replaced, the same one again changes nothing.

    By `slip` (then it is the pupil's own) between opening and end; from paper by an `actor` who may enter choices for
    the class until the round is published. `seen_version` is the version that whoever types looked at, 0 for none.
    Reasons that a pupil gave stay with mentors who stay chosen when paper says nothing of them.
    Raises DomainError `other_school`, `not_allowed`, `not_started`, `not_yet`, `choosing_over`, `published`,
    `not_asked`, `nothing_chosen`, `too_many`, `twice`, `not_open`, `reason_too_long`, `changed_meanwhile`.
    """
    writer = _writer(round, pupil, source, actor, slip)
    # Whoever closes, prolongs or publishes the round takes the same lock: what was in time is in, the rest is told.
    locked = MatchingRound.objects.select_for_update().get(pk=round.pk)
    _check_dates(locked, source)
    enrolment = _asked(locked, pupil)
    if source == SheetSource.PAPER and not can_enter_choices(writer, enrolment.school_class):
        raise DomainError("not_allowed", "只有本班班主任和德育室可以录入意向。")
    wanted = [ChoiceData(c.mentor_id, clean_text(c.reason)) for c in choices]
    _check_choices(locked, enrolment, wanted)
    sheet = ChoiceSheet.objects.filter(round=locked, pupil=pupil).first()
    _check_version(sheet, seen_version)
    former = [ChoiceData(c.mentor_id, c.reason) for c in sheet.choices.all()] if sheet is not None else []
    if source == SheetSource.PAPER:
        given = {c.mentor_id: c.reason for c in former}
        wanted = [ChoiceData(c.mentor_id, c.reason or given.get(c.mentor_id, "")) for c in wanted]
    if sheet is not None and former == wanted:
        return sheet
    if sheet is None:
        sheet = ChoiceSheet(school_id=locked.school_id, round=locked, pupil=pupil, version=0)
    else:
        Choice.objects.filter(sheet=sheet).delete()
    sheet.source = source
    sheet.entered_by_id = writer.user_id
    sheet.submitted_at = now()
    sheet.version += 1
    sheet.save()
    Choice.objects.bulk_create(
        Choice(school_id=locked.school_id, sheet=sheet, mentor_id=c.mentor_id, rank=rank, reason=c.reason)
        for rank, c in enumerate(wanted, start=1)
    )
    audit(
        actor=writer,
        verb="submit_choices",
        target=pupil,
        detail={"round": locked.pk, "source": source, "version": sheet.version, "choices": len(wanted)},
    )
    return sheet


@transaction.atomic
def remove_choices(
    *,
    actor: Actor,
    round: MatchingRound,
    pupil: Pupil,
    seen_version: int | None = None,
) -> None:
    """Take back a sheet that was typed in from paper for the wrong pupil; without a sheet nothing happens.

    What a pupil handed in with the slip stays. Raises DomainError `other_school`, `not_allowed`, `not_started`,
    `published`, `not_asked`, `slip_stays`, `changed_meanwhile`.
    """
    writer = _writer(round, pupil, SheetSource.PAPER, actor, None)
    locked = MatchingRound.objects.select_for_update().get(pk=round.pk)
    _check_dates(locked, SheetSource.PAPER)
    if not can_enter_choices(writer, _asked(locked, pupil).school_class):
        raise DomainError("not_allowed", "只有本班班主任和德育室可以录入意向。")
    sheet = ChoiceSheet.objects.filter(round=locked, pupil=pupil).first()
    _check_version(sheet, seen_version)
    if sheet is None:
        return
    if sheet.source == SheetSource.SLIP:
        raise DomainError("slip_stays", "这份意向是用凭条提交的，不能清空；可以改成纸上写的。")
    sheet.delete()
    audit(actor=writer, verb="remove_choices", target=pupil, detail={"round": locked.pk})


def _writer(
    found: MatchingRound, pupil: Pupil, source: SheetSource, actor: Actor | None, slip: FamilySlip | None
) -> Actor:
    if pupil.school_id != found.school_id:
        raise DomainError("other_school", "这位同学不属于本校。")
    if source == SheetSource.SLIP:
        if slip is None or slip.pupil_id != pupil.pk or slip.revoked_at is not None:
            raise DomainError("not_allowed", "请先用这位同学的凭条打开页面。")
        # Families have no account: the audit says which school and pupil, nobody's name.
        return Actor(user_id=None, name="", school_id=found.school_id, bureau_id=None, roles=frozenset(), today=today())
    if actor is None or actor.school_id != found.school_id:
        raise DomainError("other_school", "这次征询不属于本校。")
    return actor


def _check_dates(found: MatchingRound, source: SheetSource) -> None:
    stands = phase(found)
    if stands == Phase.PUBLISHED:
        raise DomainError("published", "导师已经公布，意向不能再改。要调整导师，请联系德育室。")
    if not found.asks_pupils or stands in (Phase.SETUP, Phase.CANCELLED):
        raise DomainError("not_started", "现在没有正在进行的征询。")
    # Paper forms are handed in on time and typed in later.
    if source == SheetSource.PAPER:
        return
    if stands == Phase.WAITING:
        raise DomainError("not_yet", f"选导师从{_moment(found.opens_at)}开始，请到时再来。")
    if stands == Phase.OVER:
        raise DomainError(
            "choosing_over", f"征询已在{_moment(found.closes_at)}截止，这次没有存上。有困难请联系班主任。"
        )


def _moment(at: datetime.datetime | None) -> str:
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{cn_date(local.date())} {local:%H:%M}"


def _asked(found: MatchingRound, pupil: Pupil) -> Enrolment:
    enrolment = takes_part(found, pupil.pk)
    if enrolment is None:
        raise DomainError("not_asked", "这位同学不在这次征询里，或者已经有导师了。")
    return enrolment


def _check_choices(found: MatchingRound, enrolment: Enrolment, wanted: Sequence[ChoiceData]) -> None:
    if not wanted:
        raise DomainError("nothing_chosen", "还没有选导师，请至少选一位。")
    if len(wanted) > found.max_choices:
        raise DomainError("too_many", f"最多选 {found.max_choices} 位，请去掉几位。")
    keys = [c.mentor_id for c in wanted]
    if len(set(keys)) != len(keys):
        raise DomainError("twice", "同一位导师只能选一次，请换一位。")
    if any(len(c.reason) > REASON_LENGTH for c in wanted):
        raise DomainError("reason_too_long", f"理由最多 {REASON_LENGTH} 个字，请写短一点。")
    opened = set(
        RoundMentor.objects.filter(
            Q(whole_grade=True) | Q(classes=enrolment.school_class_id),
            round=found,
            mentor__members__teacher__left_on=None,
        ).values_list("mentor_id", flat=True)
    )
    if not opened.issuperset(keys):
        raise DomainError("not_open", "有一位导师现在不面向本班，请刷新页面再选。")


def _check_version(sheet: ChoiceSheet | None, seen: int | None) -> None:
    if seen is not None and seen != (sheet.version if sheet is not None else 0):
        raise DomainError("changed_meanwhile", "这一行刚刚有人提交或改过，现在显示的是新的内容。要改请再录一次。")


# --- Reminders --------------------------------------------------------------------------------------------------------
@transaction.atomic
def remind_round(*, actor: Actor, round: MatchingRound) -> int:
    """Tell the homeroom teachers of classes in which pupils have handed nothing in; how many notices were sent.

    One notice per class and day, with a count and no names, linking to the entry page.
    Raises DomainError `other_school`, `not_allowed`, `not_started`, `not_yet`, `published`, `reminded`.
    """
    if round.school_id != actor.school_id:
        raise DomainError("other_school", "这次征询不属于本校。")
    if not can_run_rounds(actor):
        raise DomainError("not_allowed", "只有德育室可以提醒。")
    locked = MatchingRound.objects.select_for_update(of=("self",)).select_related("school").get(pk=round.pk)
    if phase(locked) == Phase.WAITING:
        raise DomainError("not_yet", "征询还没有开始，不用提醒。")
    _check_dates(locked, SheetSource.PAPER)
    day = actor.today
    if locked.reminded_at is not None and timezone.localdate(locked.reminded_at) == day:
        raise DomainError("reminded", "今天已经提醒过了，明天可以再提醒。")
    missing = {p.school_class.pk: p.open for p in progress(locked) if p.open}
    wanted = [
        NoticeFor(
            recipient=grant.user,
            title=f"{grant.school_class.label}还有 {missing[grant.school_class.pk]} 位同学没有提交意向",
            body=_remind_text(locked),
            link=reverse("entry:grid", args=[locked.pk, grant.school_class.pk]),
            dedup_key=f"{REMINDER}:{locked.pk}:{grant.school_class.pk}:{day.isoformat()}",
        )
        for grant in homeroom_teachers(missing, day)
        if grant.school_class is not None
    ]
    sent = len(send_notices(school=locked.school, kind=REMINDER, wanted=wanted))
    locked.reminded_at = now()
    locked.save(update_fields=["reminded_at"])
    round.reminded_at = locked.reminded_at
    audit(actor=actor, verb="remind_round", target=locked, detail={"classes": len(missing), "notices": sent})
    return sent


def _remind_text(found: MatchingRound) -> str:
    if found.closes_at is None or found.closes_at <= now():
        return "手机填写已截止，收上来的纸质意向表仍可录入。"
    return f"{_moment(found.closes_at)}截止。可以提醒同学用凭条填写，也可以录入纸质意向表。"


def remind_due_round(round: MatchingRound, *, on: datetime.date) -> int:
    """Remind of a round that ends within two days (`is_to_be_reminded`); how many notices were sent.

    None, where 德育室 or another worker did so meanwhile on the same day.
    """
    try:
        return remind_round(actor=system_actor(school_id=round.school_id, today=on), round=round)
    except DomainError as refusal:
        if refusal.code == "reminded":
            return 0
        raise
