"""What is typed into the paper grid: numbers, pinyin initials or parts of names, turned into choices."""

from collections.abc import Sequence

from core.errors import DomainError
from core.text import clean_key, small_number
from mentors.rounds.queries.choices import OpenMentor
from mentors.rounds.services.choices import ChoiceData


def find_mentor(typed: str, mentors: Sequence[OpenMentor]) -> OpenMentor:
    """The mentor meant by a number, by initials (`lxm`) or by a part of the name.

    Raises DomainError `unknown_mentor`, `several_mentors`.
    """
    key = clean_key(typed).lower()
    number = small_number(key)
    if number is not None:
        found = [m for m in mentors if m.number == number]
        if not found:
            raise DomainError("unknown_mentor", f"没有 {number} 号。")
        return found[0]
    found = (
        [m for m in mentors if f" {key} " in m.initials]
        or [m for m in mentors if f" {key}" in m.initials or key in m.names.lower()]
        or [m for m in mentors if len(key) > 1 and key in m.initials]
    )
    if not found:
        raise DomainError("unknown_mentor", f"没有找到“{typed[:10]}”。")
    if len(found) > 1:
        several = "、".join(f"{m.number} 号{m.names}" for m in found[:4])
        raise DomainError("several_mentors", f"“{typed[:10]}”可能是{several}，请输入编号。")
    return found[0]


def row_choices(cells: Sequence[str], mentors: Sequence[OpenMentor]) -> list[ChoiceData]:
    """A row of cells as choices in order; empty ones at the end are left out.

    Raises DomainError `gap` and those of `find_mentor`.
    """
    typed = [clean_key(cell) for cell in cells]
    while typed and not typed[-1]:
        typed.pop()
    if "" in typed:
        raise DomainError("gap", "前面的志愿空着，请先填前面的。")
    return [ChoiceData(find_mentor(cell, mentors).mentor_id) for cell in typed]
