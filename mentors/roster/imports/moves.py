"""What a pupils' roster means for mentors: who is moved into a grade without mentors keeps the former one's place."""

from accounts.actors import Actor
from jobs.importers import ImportPlan, ImportRequest
from mentors.models.slots import Assignment
from schools.models import Grade, SchoolYear


def tell_kept_mentors(request: ImportRequest, plan: ImportPlan) -> None:
    """Warn of each pupil with a mentor whom the roster moves into a grade outside of the plan. Four queries at most.

    The page for one pupil gives the place free (`change_class`); a roster leaves mentors alone, and says so.
    """
    if not plan.moved:
        return
    uncovered = _uncovered(request.actor, request.year)
    moved = {one.pupil_id: one for one in plan.moved if one.school_class.grade in uncovered}
    held = Assignment.objects.active().main().filter(year=request.year, pupil_id__in=moved)
    for assignment in held.select_related("mentor").prefetch_related("mentor__members__teacher"):
        one = moved[assignment.pupil_id]
        message = (
            f"{one.school_class.label}不在方案内，不配导师；在这里转班，{assignment.mentor.names}的名额不会空出。"
            "要空出名额，请不打勾，改在“学生”里办理转班。"
        )
        plan.log.warning("mentor_kept", message, sheet=one.sheet, row=one.row, column="班级", value=one.name)


def _uncovered(actor: Actor, year: SchoolYear) -> set[int]:
    """The numbers of the grades whose pupils have no mentors under the plan that holds."""
    rules = actor.calendar.of(year).plan_on(actor.today)
    grades = Grade._default_manager.filter(school_id=year.school_id).values_list("pk", "number")
    return {number for pk, number in grades if rules is not None and not rules.covers(pk)}
