"""What a roster leaves open about pupils: who is not there any more, whose name changed. Nothing happens unasked."""

from collections import defaultdict

from core.importlog import ImportLog
from core.importplan import Choice, ChoiceGroup, rename_choices
from students.imports.pupilrow import PupilRow
from students.imports.stored import StoredPupil

_STATUS = ChoiceGroup("不在校的学生", "名册里标着这些状态的学生没有导入，系统里的也没有改动。仍然要导入的请打勾。")
_GUARDIANS = ChoiceGroup(
    "家长换位",
    "许多家长的姓名或电话变成了别的学生家长的，像是只有一列排过序。确实都要改的请打勾。",
    code="guardians_swapped",
)
ALL_GUARDIANS = "guardians:all"
_SHOWN = 10
# Fewer guardians than this may have changed places by chance.
_FEW = 5

Pairs = list[tuple[PupilRow, StoredPupil | None]]


class Questions:
    """Which rows wait for a yes, and the choices that ask for it; each of these rows is warned about."""

    def __init__(self, pairs: Pairs, log: ImportLog) -> None:
        self._log = log
        self._needed: dict[int, frozenset[str]] = {}
        self._absent: dict[str, list[str]] = defaultdict(list)
        renamed = [(row, stored) for row, stored in pairs if stored is not None and row.name != stored.name]
        names = [(f"rename:{stored.pk}", stored.name, row.name) for row, stored in renamed]
        self._renames = rename_choices(names, rows=len(pairs))
        self._swapped: list[str] = []
        for row, stored in pairs:
            if row.status:
                self._tell_absent(row, stored)
        keys = {choice.key for choice in self._renames}
        for row, stored in renamed:
            self._needed[id(row)] = self.needed(row) | ({f"rename:{stored.pk}"} & keys or keys)
            message = (
                f"学籍号是“{stored.name}”的，这里的姓名却是“{row.name}”，这一行没有导入。"
                "确实改了名的，请在确认时打勾；不是的，请核对学籍号。"
            )
            log.warning("name_changed", message, sheet=row.sheet, row=row.row, column="姓名", value=row.name)

    def needed(self, row: PupilRow) -> frozenset[str]:
        """The keys of the choices that the row waits for."""
        return self._needed.get(id(row), frozenset())

    def compare_guardians(self, changed: dict[str, tuple[str, str]], stored: set[str]) -> bool:
        """Whether guardians have changed places: `changed` by pupil, old and new; `stored` is what all had before."""
        swapped = [who for who, (_, new) in changed.items() if new in stored]
        if swapped and len(swapped) <= _FEW:
            message = "家长变成了别的学生原来的家长，或父母对调，已照名册改动。请核对。"
            self._log.warning("guardians_moved", message, value="、".join(swapped))
        if len(swapped) <= _FEW or len(swapped) * 2 <= len(changed):
            return False
        self._swapped = swapped
        message = (
            f"{len(swapped)} 名学生的家长变成了别的学生的家长，像是表格里只有一列排过序。这些家长没有改动。"
            "请检查表格；确实都要改的，请在确认时打勾。"
        )
        self._log.warning("guardians_swapped", message, value="、".join(swapped[:_SHOWN]))
        return True

    def choices(self) -> tuple[Choice, ...]:
        """All that is asked."""
        found = [
            Choice(f"status:{word}", f"{len(who)} 名学生标着“{word}”，仍然导入？（{_names(who)}）", _STATUS)
            for word, who in self._absent.items()
        ]
        found += self._renames
        if self._swapped:
            label = f"{len(self._swapped)} 名学生的家长全部改？（{_names(self._swapped)}）"
            found.append(Choice(ALL_GUARDIANS, label, _GUARDIANS, weighty=True))
        return tuple(found)

    def _tell_absent(self, row: PupilRow, stored: StoredPupil | None) -> None:
        self._needed[id(row)] = frozenset((f"status:{row.status}",))
        self._absent[row.status].append(row.name)
        message = f"标着“{row.status}”，没有导入。仍然要导入的，请在确认时打勾。"
        if stored is not None and stored.enrolment_pk is not None:
            message = f"标着“{row.status}”，系统里还在读，没有改动。已经离校的，请在学生的页面上办理。"
        self._log.warning(
            "pupil_absent", message, sheet=row.sheet, row=row.row, column=row.status_column, value=row.name
        )


def _names(who: list[str]) -> str:
    return "、".join(who[:_SHOWN]) + ("……" if len(who) > _SHOWN else "")
