"""How many pupils a class has for the places of its own mentors, split evenly.

原则上不超过 1:15 (Guyi plan, 四(二)); that plan's own grade 5 breaks it: 185 pupils, 12 slots, 8 of them over 15 when
each class is split evenly; it fits only with the shared slot counted as two people and pupils crossing classes.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClassLoad:
    """A class: its pupils, and for each slot of its team the number of people who hold it."""

    label: str
    pupils: int
    slot_sizes: tuple[int, ...]

    def room(self, cap: int) -> int:
        """Places left in the class's own team; negative if pupils are too many."""
        return cap * sum(self.slot_sizes) - self.pupils

    def split(self) -> tuple[int, ...]:
        """Pupils of each slot when they are split evenly over the slots; empty without slots."""
        if not self.slot_sizes:
            return ()
        share, rest = divmod(self.pupils, len(self.slot_sizes))
        return tuple(share + (at < rest) for at in range(len(self.slot_sizes)))

    def slots_over(self, cap: int) -> int:
        """Slots above their cap when the pupils are split evenly over the slots."""
        return sum(share > cap * size for share, size in zip(self.split(), self.slot_sizes, strict=True))
