"""A school's grades as its 管理员 keeps them: a grade more, a grade less, other names."""

from collections.abc import Mapping

from django.db import transaction

from accounts.actors import Actor
from accounts.enums import Role
from accounts.services import audit
from core.errors import DomainError
from schools.models import Grade, School
from schools.services import add_grade as write_grade
from schools.services import name_grades as write_names
from schools.services import remove_grade as take_grade


@transaction.atomic
def add_grade(*, actor: Actor, school: School, number: int, name: str = "", short_name: str = "") -> Grade:
    """A grade more; the plan does not cover it until somebody says so.

    Raises DomainError `other_school`, `not_allowed`, and as `schools.services.add_grade`.
    """
    _check(actor, school)
    grade = write_grade(school=school, number=number, name=name, short_name=short_name)
    audit(actor=actor, verb="add_grade", target=grade, detail={"number": grade.number})
    return grade


@transaction.atomic
def remove_grade(*, actor: Actor, grade: Grade) -> None:
    """Take away a grade that was added by mistake. Nothing may hang on it but words of the plan, which go with it.

    Raises DomainError `other_school`, `not_allowed`, and as `schools.services.remove_grade`.
    """
    _check(actor, grade.school)
    key, number = grade.pk, grade.number
    versions = take_grade(grade=grade)
    detail = {"number": number, "key": key, "plan_versions": versions}
    audit(actor=actor, verb="remove_grade", target=grade.school, detail=detail)


@transaction.atomic
def name_grades(*, actor: Actor, school: School, names: Mapping[int, tuple[str, str]]) -> list[int]:
    """Call grades (by number) as the school does; the numbers whose names changed. The same again is nothing.

    Raises DomainError `other_school`, `not_allowed`, and as `schools.services.name_grades`.
    """
    _check(actor, school)
    changed = write_names(school=school, names=names)
    if changed:
        audit(actor=actor, verb="name_grades", target=school, detail={"numbers": changed})
    return changed


def _check(actor: Actor, school: School) -> None:
    if school.pk != actor.school_id:
        raise DomainError("other_school", "只能修改自己学校的年级。")
    if not actor.has(Role.SCHOOL_ADMIN):
        raise DomainError("not_allowed", "只有管理员可以修改年级。")
