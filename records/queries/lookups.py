"""What a command line names: a school, a mentor, a term, a class. Nothing found, or several, is a sentence."""

import re

from accounts.actors import Actor
from core.errors import DomainError
from core.text import clean_key, clean_name, typed_key
from mentors.models.slots import Mentor
from schools.labels import parse_class_label
from schools.models import School, SchoolClass, SchoolYear, Term
from schools.queries import find_school, grade_sense

_TERM = re.compile(r"(?:(20\d\d)(?:学年)?[-. ]*)?第?([12一二])(?:学期)?")


def school_coded(code: str) -> School:
    """The school with this code. Raises DomainError `unknown_school`."""
    school = find_school(code)
    if school is None:
        raise DomainError("unknown_school", f"没有代码为“{code}”的学校，请检查代码。")
    return school


def mentor_named(actor: Actor, named: str) -> Mentor:
    """The mentor of the current year with this teacher's number or name (`甲` or `甲/乙` for a shared slot).

    Year, school and names are at hand. Raises DomainError `unknown_mentor`, `ambiguous_mentor`.
    """
    wanted = [clean_name(part) for part in re.split(r"[/／、]", named) if part.strip()]
    mentors = list(
        Mentor.objects.visible_to(actor)
        .filter(year__is_current=True)
        .select_related("year__school")
        .with_names()
        .order_by("pk")
    )
    found = [m for m in mentors if any(typed_key(x.teacher.number) == typed_key(named) for x in m.members.all())]
    if not found:
        found = [m for m in mentors if wanted and set(wanted) <= {x.teacher.name for x in m.members.all()}]
    if not found:
        raise DomainError("unknown_mentor", f"本学年的导师里没有“{named}”，请检查姓名或工号。")
    if len(found) > 1:
        numbers = "、".join(x.teacher.number for m in found for x in m.members.all() if x.teacher.name in wanted)
        raise DomainError("ambiguous_mentor", f"有 {len(found)} 位导师叫“{named}”，请改用工号：{numbers}。")
    return found[0]


def term_named(actor: Actor, named: str) -> Term:
    """`1` or `2` of the current year, or a term of any year: `2026-1`. Raises DomainError `unknown_term`."""
    match = _TERM.fullmatch(clean_key(named))
    if match is not None and actor.school_id is not None:
        number = 1 if match[2] in "1一" else 2
        terms = Term._default_manager.filter(school=actor.school_id, number=number).select_related("year")
        terms = terms.filter(year__start_year=match[1]) if match[1] else terms.filter(year__is_current=True)
        term = terms.first()
        if term is not None:
            return term
    raise DomainError("unknown_term", f"没有找到学期“{named}”，请写 1、2，或带学年，如 2026-1。")


def class_labelled(actor: Actor, school: School, year: SchoolYear, label: str) -> SchoolClass:
    """The class of `year` in any spelling that rosters use. Raises DomainError `unknown_class`."""
    sense = grade_sense(school)
    key = parse_class_label(label, sense=sense, start_year=year.start_year)
    if key is not None:
        classes = SchoolClass.objects.visible_to(actor).of_year(year)
        found = classes.filter(grade__number=key.grade, number=key.number).first()
        if found is not None:
            return found
    raise DomainError("unknown_class", f"{year}没有班级“{label}”，请检查写法，如 {sense.example}。")
