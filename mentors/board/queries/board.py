"""The class board as tiles: columns of mentors with their loads before and after moves that are not saved yet."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count
from django.utils import timezone

from accounts.actors import Actor
from mentors.models.slots import Assignment, Mentor
from mentors.queries.people import BoardRow, ClassBoard
from mentors.rounds.models import BoardSave, MatchingRound
from schools.models import SchoolClass
from students.models import Pupil

# The mentor by pupil; None while the pupil has none.
Held = Mapping[int, int | None]


@dataclass(frozen=True, slots=True)
class BoardTile:
    """A pupil on the board: the mentor they have, and the one they would have after saving."""

    row: BoardRow
    position: int
    mentor_id: int | None

    @property
    def pupil(self) -> Pupil:
        """Whom the tile stands for."""
        return self.row.enrolment.pupil

    @property
    def moved(self) -> bool:
        """Whether saving would change something."""
        return self.mentor_id != self.row.mentor_id


@dataclass(frozen=True, slots=True)
class BoardColumn:
    """A mentor of the board, or the pupils without one (`mentor` None).

    `load` is what the mentor has, `after` what they would have after saving; of these `elsewhere` are pupils of other
    classes and `supported` those whom they support beside another mentor.
    """

    mentor: Mentor | None
    load: int = 0
    after: int = 0
    elsewhere: int = 0
    supported: int = 0
    is_leader: bool = False
    is_guest: bool = False
    tiles: list[BoardTile] = field(default_factory=list)

    @property
    def over(self) -> int:
        """Pupils beyond the limit."""
        return max(self.after - self.mentor.capacity, 0) if self.mentor else 0

    @property
    def left(self) -> int:
        """Places that remain."""
        return max(self.mentor.capacity - self.after, 0) if self.mentor else 0


@dataclass(frozen=True, slots=True)
class TileBoard:
    """The board of one class with its moves: the column of pupils without a mentor first."""

    columns: list[BoardColumn]
    moved: int

    @property
    def free(self) -> int:
        """Places that the class's own team has left after saving."""
        return sum(column.left for column in self.columns if column.mentor and not column.is_guest)

    @property
    def unassigned(self) -> int:
        """Pupils who would have no mentor after saving."""
        return len(self.columns[0].tiles)

    @property
    def shortage(self) -> int:
        """Places that the team lacks for all pupils to have a mentor, whoever gets them."""
        return max(self.unassigned - self.free, 0)

    @property
    def over(self) -> bool:
        """Whether a mentor would be above the limit."""
        return any(column.over for column in self.columns)


def held_on(board: ClassBoard) -> dict[int, int | None]:
    """The mentor by pupil as the board has it now."""
    return {row.enrolment.pupil_id: row.mentor_id for row in board.rows}


def tile_board(board: ClassBoard, wanted: Held) -> TileBoard:
    """The board with the moves that lead to `wanted`; two queries.

    `wanted` has each pupil of the board, with mentors of the board only.
    """
    mentor_ids = [mentor.pk for mentor in board.mentors]
    open_ones = Assignment.objects.active().filter(mentor_id__in=mentor_ids)
    pupil_ids = [row.enrolment.pupil_id for row in board.rows]
    elsewhere = dict(
        open_ones.main().exclude(pupil_id__in=pupil_ids).values_list("mentor_id").annotate(n=Count("pk")).order_by()
    )
    supported = dict(
        open_ones.supporting().filter(counts_in_load=True).values_list("mentor_id").annotate(n=Count("pk")).order_by()
    )
    before, after = Counter(row.mentor_id for row in board.rows), Counter(wanted.values())
    columns = {None: BoardColumn(mentor=None)} | {
        mentor.pk: BoardColumn(
            mentor=mentor,
            load=mentor.load,
            after=mentor.load - before[mentor.pk] + after[mentor.pk],
            elsewhere=elsewhere.get(mentor.pk, 0),
            supported=supported.get(mentor.pk, 0),
            is_leader=getattr(mentor, "is_leader", False),
            # Only members of the team carry the annotation.
            is_guest=not hasattr(mentor, "is_leader"),
        )
        for mentor in board.mentors
    }
    tiles = [
        BoardTile(row, position, wanted[row.enrolment.pupil_id]) for position, row in enumerate(board.rows, start=1)
    ]
    for tile in tiles:
        columns[tile.mentor_id].tiles.append(tile)
    return TileBoard(list(columns.values()), sum(tile.moved for tile in tiles))


def rebase(board: ClassBoard, base: Held, wanted: Held) -> dict[int, int | None]:
    """The board's present arrangement with those moves from `base` to `wanted` that are still possible.

    Left out: pupils whom somebody else moved or who have gone, and mentors who are no longer on the board.
    """
    known = {mentor.pk for mentor in board.mentors} | {None}
    present = held_on(board)
    for pupil, mentor in wanted.items():
        if pupil in present and mentor in known and base.get(pupil) == present[pupil]:
            present[pupil] = mentor
    return present


def running_round(actor: Actor, school_class: SchoolClass) -> MatchingRound | None:
    """The unfinished matching round of the class's grade, if the actor may know of it."""
    rounds = MatchingRound.objects.visible_to(actor).running()
    return rounds.filter(year_id=school_class.year_id, grade_id=school_class.grade_id).first()


def undoable_save(actor: Actor, school_class: SchoolClass) -> BoardSave | None:
    """The class's latest joint save that was not taken back, if it is of today; who saved it at hand."""
    saves = BoardSave.objects.visible_to(actor).filter(school_class=school_class, undone_at=None)
    save = saves.select_related("saved_by", "school_class").first()
    return save if save is not None and timezone.localdate(save.saved_at) == actor.today else None
