"""Cells of a matrix → who sits where. Only `甲/乙` means one shared place; of `甲、乙` it is asked what is meant."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.importlog import CellPlace, ImportLog, ValuePlace
from core.importplan import Choice, ChoiceGroup
from mentors.roster.imports.matrix import Slot
from mentors.roster.imports.teams_stored import People, StoredTeams

MOST_PER_SLOT = 2
_SPLIT = ChoiceGroup(
    "一格里写了两位导师",
    "勾选后，两人各有一个名额，各带各的学生。不勾选的格子不导入。两人共用一个名额的，不要勾选，请写成“甲/乙”再上传。",
)


@dataclass(frozen=True, slots=True)
class Seat:
    """A place in a class team. `key`: the question on which it depends, empty if it is certain."""

    slot: Slot
    people: People
    key: str = ""


def place_of(slot: Slot) -> ValuePlace:
    """Where a slot is written, for findings."""
    value = ("、" if slot.doubtful else "/").join(slot.names)
    return {"sheet": slot.sheet, "row": slot.row, "column": slot.column, "value": value}


def find_seats(slots: Sequence[Slot], stored: StoredTeams, log: ImportLog) -> tuple[list[Seat], tuple[Choice, ...]]:
    """All seats in order, and the questions; who cannot be found is an error."""
    resolved = _resolve(slots, stored, log)
    certain = [people for slot, people in resolved if not slot.doubtful]
    seats: list[Seat] = []
    asked: dict[str, list[Slot]] = {}
    for slot, people in resolved:
        held = {stored.slot_of.get(pk) for pk in people}
        together = next((others for others in certain if set(others) == set(people)), None)
        if slot.doubtful and together is None and len(held) == 1 and None not in held:
            # They share a place already.
            together = tuple(sorted(people, key=[m.teacher_id for m in stored.members[held.pop() or 0]].index))
        if not slot.doubtful or together:
            seats.append(Seat(slot, together or people))
        elif slot.is_leader:
            message = "一个班只能有一位导师团长。另一位请写在“导师”一行；两人共用一个名额的，请写成“甲/乙”。"
            log.error("two_leaders", message, **place_of(slot))
        elif len(people) > MOST_PER_SLOT or held != {None} or any((pk,) in certain for pk in people):
            message = "一格里写了几位导师，按各有一个名额导入。两人共用一个名额的，请写成“甲/乙”再上传。"
            log.warning("mentors_split", message, **place_of(slot))
            seats += [Seat(slot, (pk,)) for pk in people]
        else:
            key = f"split:{'、'.join(stored.teachers[pk].number for pk in sorted(people))}"
            asked.setdefault(key, []).append(slot)
            seats += [Seat(slot, (pk,), key) for pk in people]
    _tell(asked, log)
    return seats, tuple(
        Choice(
            key, f"{'、'.join(s.school_class.label for s in cells)}“{'、'.join(cells[0].names)}”是两位导师？", _SPLIT
        )
        for key, cells in asked.items()
    )


def _tell(asked: dict[str, list[Slot]], log: ImportLog) -> None:
    count = sum(map(len, asked.values()))
    message = (
        f"看不出是两位导师，还是两人共用一个名额：共 {count} 格，不打勾就不导入。"
        "两位导师的，请在确认时打勾；共用一个名额的，请写成“甲/乙”再上传。"
    )
    for cells in asked.values():
        for slot in cells:
            log.warning("mentors_doubtful", message, **place_of(slot))


def _resolve(slots: Sequence[Slot], stored: StoredTeams, log: ImportLog) -> list[tuple[Slot, People]]:
    """Each slot with its teachers; names that mean nobody, or more than one, are errors."""
    resolved: list[tuple[Slot, People]] = []
    for slot in slots:
        place: CellPlace = {"sheet": slot.sheet, "row": slot.row, "column": slot.column}
        people: list[int] = []
        for name in slot.names:
            teachers = stored.named(name)
            if len(teachers) > 1:
                # Words beside the name may say which of them: 张三（语文）.
                teachers = [t for t in teachers if t.subject and t.subject in slot.aside] or teachers
            if not teachers:
                message = "教师名册里没有这位老师。请先导入教师名册，或检查姓名。"
                log.error("teacher_unknown", message, value=name, **place)
            elif len(teachers) > 1:
                message = "有几位老师同名，分不清是谁。请在这一格改写工号。"
                log.error("teacher_ambiguous", message, value=name, **place)
            elif teachers[0].pk not in people:
                people.append(teachers[0].pk)
        if len(slot.names) > MOST_PER_SLOT and not slot.doubtful:
            message = "一个导师名额由一位老师担任，或由两位老师共用。请拆成几格。"
            log.error("slot_too_many", message, value="/".join(slot.names), **place)
        elif len(people) == len(slot.names):
            resolved.append((slot, tuple(people)))
    return resolved
