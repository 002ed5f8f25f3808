"""Planned visits: who is visited when and with whom, as homeroom teacher or mentor say (Guyi 四(三)1)."""

import datetime
from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor, system_actor
from accounts.services import audit
from core.clock import today
from core.errors import DomainError
from core.journal import note_changing
from mentors.models.slots import Teacher
from notices.services import NoticeFor, send_notices
from records.desk.models import VisitPlan, VisitWish
from records.enums import VisitPlanState
from records.models.records import HomeVisit
from records.rules import may_plan_for
from schools.days import coming_days
from schools.enums import VisitOutcome
from schools.models import Term
from students.models import FamilySlip, Pupil

WISH_LENGTH = 200


def plan_visits(
    *,
    actor: Actor,
    term: Term,
    pupils: Sequence[Pupil],
    date: datetime.date,
    time: datetime.time | None = None,
    teachers: Collection[Teacher] = (),
    remark: str = "",
) -> list[VisitPlan]:
    """Plan the visits of one day, one for each of `pupils`; a pupil's open plan of the term is moved to it.

    Whoever is asked to join gets one notice a day, without names. Raises DomainError `other_school`, `no_pupil`,
    `not_allowed`, `date_out_of_range`.
    """
    if term.school_id != actor.school_id or any(p.school_id != actor.school_id for p in pupils):
        raise DomainError("other_school", "有学生不属于本校。")
    if not pupils:
        raise DomainError("no_pupil", "请先勾选要家访的学生。")
    if actor.user_id is None or not may_plan_for(actor, [p.pk for p in pupils]):
        raise DomainError("not_allowed", "只有班主任和同学的导师可以安排家访。")
    _check_day(actor, term, date, teachers)
    plans = []
    with transaction.atomic():
        # The pupils' rows are the lock: two pages planning at once move one plan, they do not make two.
        keys = sorted(p.pk for p in pupils)
        list(Pupil.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk"))
        open_plans = {p.pupil_id: p for p in VisitPlan.objects.open().filter(term=term, pupil_id__in=keys)}
        for key in keys:
            plan = open_plans.get(key) or VisitPlan(
                school_id=term.school_id, pupil_id=key, term=term, created_by_id=actor.user_id
            )
            plans.append(_write(actor, plan, date, time, teachers, remark))
        audit(actor=actor, verb="plan_visits", target=term, detail={"pupils": len(keys)})
        _ask_to_join(actor, teachers)
    return plans


def change_visit_plan(
    *,
    actor: Actor,
    plan: VisitPlan,
    date: datetime.date,
    time: datetime.time | None,
    teachers: Collection[Teacher],
    remark: str = "",
) -> VisitPlan:
    """Move a plan to another day, time or company. Raises DomainError `other_school`, `not_allowed`, `not_open`,
    `date_out_of_range`.
    """
    with transaction.atomic():
        locked = _lock(actor, plan)
        if locked.state != VisitPlanState.PLANNED:
            raise DomainError("not_open", "这次家访已经登记或取消，不用再改。")
        _check_day(actor, locked.term, date, teachers)
        before = set(locked.teachers.values_list("pk", flat=True))
        _write(actor, locked, date, time, teachers, remark)
        audit(actor=actor, verb="change_visit_plan", target=locked)
        _ask_to_join(actor, [t for t in teachers if t.pk not in before])
    return locked


def cancel_visit_plan(*, actor: Actor, plan: VisitPlan) -> VisitPlan:
    """Call a planned visit off; `restore_visit_plan` takes it back. Raises DomainError as `change_visit_plan`."""
    with transaction.atomic():
        locked = _lock(actor, plan)
        if locked.state == VisitPlanState.DONE:
            raise DomainError("not_open", "这次家访已经登记，不用取消。")
        locked.state = VisitPlanState.CANCELLED
        locked.save(update_fields=["state"])
        audit(actor=actor, verb="cancel_visit_plan", target=locked)
    return locked


def restore_visit_plan(*, actor: Actor, plan: VisitPlan) -> VisitPlan:
    """Take a cancelling back. Raises DomainError `other_school`, `not_allowed`, `planned_again`."""
    with transaction.atomic():
        list(Pupil.objects.select_for_update(no_key=True).filter(pk=plan.pupil_id))
        locked = _lock(actor, plan)
        if locked.state == VisitPlanState.CANCELLED:
            if VisitPlan.objects.open().filter(pupil=locked.pupil_id, term=locked.term_id).exists():
                raise DomainError("planned_again", "这位同学已经另约了时间，请直接修改新的安排。")
            locked.state = VisitPlanState.PLANNED
            locked.save(update_fields=["state"])
            audit(actor=actor, verb="restore_visit_plan", target=locked)
    return locked


def close_visit_plan(*, visit: HomeVisit) -> VisitPlan | None:
    """In the transaction that logged `visit`: the pupil's open plan of the term is done, unless it is 改约."""
    if visit.outcome == VisitOutcome.POSTPONED:
        return None
    open_plans = VisitPlan.objects.open().filter(pupil=visit.pupil_id, term=visit.term_id)
    plan = open_plans.select_for_update(of=("self",)).first()
    if plan is not None:
        plan.state, plan.visit = VisitPlanState.DONE, visit
        plan.save(update_fields=["state", "visit"])
    return plan


def close_visit_plans(*, visits: Iterable[HomeVisit]) -> None:
    """As `close_visit_plan` for many visits that took place, the first of each pupil and term. Two queries."""
    first: dict[tuple[int, int], HomeVisit] = {}
    for visit in visits:
        first.setdefault((visit.pupil_id, visit.term_id), visit)
    rows = VisitPlan.objects.open().filter(term__in={term for _, term in first})
    plans = [plan for plan in rows.select_for_update(of=("self",)) if (plan.pupil_id, plan.term_id) in first]
    note_changing(VisitPlan, [plan.pk for plan in plans])
    for plan in plans:
        plan.state, plan.visit = VisitPlanState.DONE, first[plan.pupil_id, plan.term_id]
    VisitPlan.objects.bulk_update(plans, ["state", "visit"], batch_size=500)


def follow_visit_plan(*, visit: HomeVisit) -> None:
    """In the transaction that changed, deleted or restored `visit`: its plan is done while the visit stands.

    A plan whose visit is gone, or was put off 改约 after all, is open again, unless another one was made meanwhile.
    """
    done = VisitPlan.objects.select_for_update(of=("self",)).filter(visit=visit).first()
    stands = visit.deleted_at is None and visit.outcome != VisitOutcome.POSTPONED
    if done is None:
        if stands:
            close_visit_plan(visit=visit)
        return
    if stands:
        return
    again = VisitPlan.objects.open().filter(pupil=done.pupil_id, term=done.term_id).exists()
    done.state = VisitPlanState.CANCELLED if again else VisitPlanState.PLANNED
    done.visit = None
    done.save(update_fields=["state", "visit"])


@transaction.atomic
def hand_in_wish(*, slip: FamilySlip, term: Term, text: str) -> VisitWish | None:
    """When the slip's family would like to be visited; an empty text takes the wish back, which gives None.

    The page has asked for the slip. Raises DomainError `other_school`, `wish_too_long`.
    """
    if term.school_id != slip.school_id:
        raise DomainError("other_school", "这个学期不属于本校。")
    text = " ".join(text.split())
    if len(text) > WISH_LENGTH:
        raise DomainError("wish_too_long", f"最多写 {WISH_LENGTH} 字，现在有 {len(text)} 字，请删减一些。")
    family = system_actor(school_id=slip.school_id, today=today(), name="家长")
    rows = VisitWish.objects.filter(pupil=slip.pupil_id, term=term)
    if not text:
        if rows.delete()[0]:
            audit(actor=family, verb="withdraw_visit_wish", target=slip)
        return None
    wish, _created = rows.update_or_create(
        pupil_id=slip.pupil_id, term=term, defaults={"text": text, "school_id": slip.school_id}
    )
    audit(actor=family, verb="hand_in_visit_wish", target=wish)
    return wish


def _check_day(actor: Actor, term: Term, date: datetime.date, teachers: Collection[Teacher]) -> None:
    if any(t.school_id != actor.school_id for t in teachers):
        raise DomainError("other_school", "有教师不属于本校。")
    if date < actor.today:
        raise DomainError("date_out_of_range", "约定的日期已经过去。已经做过的家访请直接登记。")
    coming_days(term.year, actor.today).check(date)


def _lock(actor: Actor, plan: VisitPlan) -> VisitPlan:
    if plan.school_id != actor.school_id:
        raise DomainError("other_school", "这个安排不属于本校。")
    locked = VisitPlan.objects.select_for_update(of=("self",)).select_related("term__year").get(pk=plan.pk)
    if not may_plan_for(actor, [locked.pupil_id]):
        raise DomainError("not_allowed", "只有班主任和同学的导师可以修改家访安排。")
    return locked


def _write(
    actor: Actor,
    plan: VisitPlan,
    date: datetime.date,
    time: datetime.time | None,
    teachers: Collection[Teacher],
    remark: str,
) -> VisitPlan:
    plan.date, plan.time, plan.remark = date, time, remark
    plan.save()
    plan.teachers.set(teachers)
    return plan


def _ask_to_join(actor: Actor, teachers: Collection[Teacher]) -> None:
    keys = [t.pk for t in teachers]
    asked = list(Teacher.objects.filter(pk__in=keys, user__isnull=False).select_related("user", "school"))
    title = "有老师约您一起家访"
    body = "有新约定的家访，时间和同行老师在“家访安排”里。时间不合适请和约您的老师商量。"
    # One a day, however many visits were planned.
    key = f"visit_plan:{actor.today.isoformat()}:{actor.user_id}"
    wanted = [
        NoticeFor(teacher.user, title, key, body, reverse("desk:visits"))
        for teacher in asked
        if teacher.user is not None and teacher.user_id != actor.user_id
    ]
    if wanted:
        send_notices(school=asked[0].school, kind="visit_plan", wanted=wanted)
