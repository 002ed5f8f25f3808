"""Does the cap hold if each class keeps to its own mentors, and if not, what would help?

原则上不超过 1:15 (Guyi plan 四(二)); the plan's own grade 5 breaks it: 185 pupils, 12 slots, 8 of them over 15 when
each class is split evenly; it fits only with the shared slot counted as two people and pupils crossing classes.
"""

from collections.abc import Sequence

from mentors.matching.capacity import ClassLoad

__all__ = ["ClassLoad", "cap_advice"]


def cap_advice(grade: str, classes: Sequence[ClassLoad], *, cap: int) -> str | None:
    """A sentence on a grade that cannot stay within the cap by classes, with what would help; None if it can."""
    tight = [c for c in classes if c.room(cap) < 0]
    if not tight:
        return None
    pupils = sum(c.pupils for c in classes)
    slots = sum(len(c.slot_sizes) for c in classes)
    people = sum(sum(c.slot_sizes) for c in classes)
    over = sum(c.slots_over(cap) for c in classes)
    staff = f"（共 {people} 位老师）" if people > slots else ""
    start = f"{grade} {pupils} 人、{slots} 个导师名额{staff}：如果学生只在本班选导师，"
    parts = [start, f"平均分配时 {slots} 个名额中有 {over} 个超过 {cap} 人。"]
    missing = pupils - cap * people
    if missing > 0:
        more = -(-missing // cap)
        parts.append(f"全年级最多可带 {cap * people} 人，还差 {missing} 人：需再增 {more} 名导师，或请德育室批准超额。")
    else:
        moves = "、".join(f"{c.label} {-c.room(cap)} 人" for c in tight)
        hosts = "、".join(f"{c.label}（还可带 {c.room(cap)} 人）" for c in classes if c.room(cap) > 0)
        parts.append(f"可将{moves}调给{hosts}的导师，或请德育室批准超额。")
        if people > slots and cap * slots < pupils:
            parts.append(f"共用的名额按老师人数计，全年级最多可带 {cap * people} 人。")
    return "".join(parts)
