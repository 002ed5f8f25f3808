"""Which stored pupil a row means: by 学籍号, then by name and class if that is unique on both sides. Never a guess."""

from collections import Counter, defaultdict
from functools import cached_property

from core.importlog import ImportLog, Level
from core.variants import fold_variants
from schools.labels import ClassKey
from students.imports.pupilrow import PupilRow
from students.imports.stored import StoredPupil, StoredRoster


def without_repeats(rows: list[PupilRow], log: ImportLog) -> list[PupilRow]:
    """The rows with each pupil once: equal repeats are told and dropped, contradictions are errors.

    Two rows of one 学籍号 with different names, and two rows of one name in one class without 学籍号, are refused.
    """
    rows = _without_repeated_sheets(rows, log)
    by_number: dict[str, list[PupilRow]] = defaultdict(list)
    nameless_numbers: dict[tuple[str, ClassKey], list[PupilRow]] = defaultdict(list)
    counts = Counter([row.number for row in rows])
    for row in rows:
        if row.number:
            if counts[row.number] > 1:
                by_number[row.number].append(row)
        else:
            nameless_numbers[(row.name, row.school_class)].append(row)
    dropped: set[int] = set()
    for number, group in by_number.items():
        if len({(r.name, r.school_class) for r in group}) == 1:
            for row in group[1:]:
                message = f"与第 {group[0].row} 行是同一名学生，只导入一次。"
                if _values(row) != _values(group[0]):
                    message = f"与第 {group[0].row} 行是同一名学生，内容却不同。只导入第 {group[0].row} 行，请核对。"
                _say(log, Level.WARNING, "row_repeated", message, row, "学籍号", number)
                dropped.add(id(row))
        else:
            others = "、".join(str(r.row) for r in group[:5])
            for row in group:
                message = f"第 {others} 行用了同一个学籍号，但姓名或班级不同。请改正后再上传。"
                _say(log, Level.ERROR, "number_repeated", message, row, "学籍号", number)
                dropped.add(id(row))
    for (name, _), group in nameless_numbers.items():
        if len(group) == 1:
            continue
        for row in group:
            message = "同一个班有两名同名学生，又没有学籍号，分不清是谁。请填写学籍号，或写成“王一(1)”“王一(2)”。"
            _say(log, Level.ERROR, "name_ambiguous", message, row, "姓名", name)
            dropped.add(id(row))
    kept = [row for row in rows if id(row) not in dropped]
    _tell_doubles(kept, log)
    return kept


def _tell_doubles(rows: list[PupilRow], log: ImportLog) -> None:
    """Warn of rows of one name that may be one child: one class and a number missing, or one family's phone."""
    families = [(row.name, g.phone) for row in rows for g in row.guardians if g is not None and g.phone]
    if len(set(families)) == len(families) and all(row.number for row in rows):
        return
    alike: dict[str, list[PupilRow]] = defaultdict(list)
    for row in rows:
        alike[row.name].append(row)
    for group in alike.values():
        for at, row in enumerate(group[1:], start=1):
            for other in group[:at]:
                phones = {g.phone for g in row.guardians if g} & {g.phone for g in other.guardians if g} - {""}
                same_class = row.school_class == other.school_class and not (row.number and other.number)
                if phones or same_class:
                    why = "家长电话也相同" if phones else "有一行没有学籍号"
                    message = f"与第 {other.row} 行同名，{why}，按两名学生导入。是同一人的，请只留一行。"
                    _say(log, Level.WARNING, "maybe_double", message, row, "姓名", row.name)
                    break


def _without_repeated_sheets(rows: list[PupilRow], log: ImportLog) -> list[PupilRow]:
    """The rows without those of a sheet that mostly repeats an earlier one: 全校 beside a sheet for each class.

    What only the later sheet says is taken over; rows that contradict each other, or fit twice, stay as they are.
    """
    sheets: dict[str, list[PupilRow]] = defaultdict(list)
    for row in rows:
        sheets[row.sheet].append(row)
    if len(sheets) == 1:
        return rows
    earlier: dict[tuple[str, ClassKey], list[PupilRow]] = defaultdict(list)
    kept: list[PupilRow] = []
    for sheet, group in sheets.items():
        here = Counter((row.name, row.school_class) for row in group)
        same: dict[int, PupilRow] = {}
        for row in group:
            place = (row.name, row.school_class)
            if here[place] == len(earlier.get(place, ())) == 1 and _agree(row, earlier[place][0]):
                same[id(row)] = earlier[place][0]
        if len(same) * 2 < len(group):
            same = {}
        for row in group:
            if id(row) in same:
                _take_over(row, same[id(row)])
            else:
                kept.append(row)
        if same:
            names = "、".join(f"“{name}”" for name in dict.fromkeys(row.sheet for row in same.values()))
            message = f"与{names}重复：{len(same)} 名学生已经读过，每人只导入一次。"
            log.warning("sheet_repeated", message, sheet=sheet)
            known = {row.name: row for rows_ in earlier.values() for row in rows_}
            for row in group:
                other = known.get(row.name)
                if id(row) not in same and other is not None and not (row.number and other.number):
                    message = (
                        f"“{other.sheet}”里的{row.name}在{other.school_class.label}，这里按另一名学生导入。请核对。"
                    )
                    _say(log, Level.WARNING, "maybe_double", message, row, "姓名", row.name)
        for row in group:
            if id(row) not in same:
                earlier[(row.name, row.school_class)].append(row)
    return kept


def _agree(row: PupilRow, other: PupilRow) -> bool:
    """Whether two rows of one name and class may well be one pupil: neither says what the other denies."""
    pairs: list[tuple[object, object]] = [
        (row.number, other.number),
        (row.gender, other.gender),
        (row.remark, other.remark),
        (row.status, other.status),
    ]
    pairs += zip(row.guardians, other.guardians, strict=True)
    return all(mine == its or not mine or not its for mine, its in pairs)


def _take_over(row: PupilRow, into: PupilRow) -> None:
    into.number, into.gender = into.number or row.number, into.gender or row.gender
    into.remark, into.seat = into.remark or row.remark, into.seat or row.seat
    into.status, into.status_column = (
        (into.status, into.status_column) if into.status else (row.status, row.status_column)
    )
    into.guardians = tuple(mine or its for mine, its in zip(into.guardians, row.guardians, strict=True))


def match(rows: list[PupilRow], roster: StoredRoster, log: ImportLog) -> list[tuple[PupilRow, StoredPupil | None]]:
    """Each row with its stored pupil, or None for a new one; rows that could be several pupils are errors."""
    in_file = Counter([(row.name, row.school_class) for row in rows])
    numbers_in_file = {row.number for row in rows if row.number}
    lookalikes = _Lookalikes(roster)
    pairs: list[tuple[PupilRow, StoredPupil | None]] = []
    for row in rows:
        known = roster.by_number.get(row.number) if row.number else None
        if known is not None:
            pairs.append((row, known))
            continue
        place = (row.name, row.school_class)
        candidates = roster.by_place.get(place, [])
        if row.number:
            # A stored number that differs is another child of the same name.
            candidates = [c for c in candidates if not c.number]
        else:
            candidates = [c for c in candidates if not c.number or c.number not in numbers_in_file]
        if not candidates:
            pairs.append((row, None))
            alike = lookalikes.in_class(row)
            if alike is not None and alike.name != row.name:
                message = f"与本班的“{alike.name}”写法相近，这里按另一个人导入。如果是同一个人，请统一写法。"
                _say(log, Level.WARNING, "name_alike", message, row, "姓名", row.name)
            if not row.number and (elsewhere := lookalikes.elsewhere(row)):
                message = f"{elsewhere.label}有同名学生，这里按新生导入。如果是转班，请填写学籍号。"
                _say(log, Level.WARNING, "maybe_moved", message, row, "姓名", row.name)
        elif len(candidates) == 1 and in_file[place] == 1:
            pairs.append((row, candidates[0]))
        else:
            message = "这个班有不止一名同名学生，分不清是谁。请填写学籍号。"
            _say(log, Level.ERROR, "name_ambiguous", message, row, "姓名", row.name)
    _tell_namesakes(pairs, roster, log)
    return pairs


class _Lookalikes:
    """Stored pupils whose names are those of newcomers, or look like them; gathered when the first newcomer asks."""

    def __init__(self, roster: StoredRoster) -> None:
        self._roster = roster

    @cached_property
    def _folded(self) -> dict[tuple[str, ClassKey], StoredPupil]:
        found: dict[tuple[str, ClassKey], StoredPupil] = {}
        for (name, key), stored in self._roster.by_place.items():
            found.setdefault((fold_variants(name), key), stored[0])
        return found

    @cached_property
    def _classes(self) -> dict[str, ClassKey]:
        return dict(self._roster.by_place.keys())

    def in_class(self, row: PupilRow) -> StoredPupil | None:
        """The first one of the row's class whose name is written alike."""
        return self._folded.get((fold_variants(row.name), row.school_class)) if self._folded else None

    def elsewhere(self, row: PupilRow) -> ClassKey | None:
        """The last class that has a pupil of the row's name."""
        return self._classes.get(row.name)


def _tell_namesakes(pairs: list[tuple[PupilRow, StoredPupil | None]], roster: StoredRoster, log: ImportLog) -> None:
    """Warn of newcomers with a number who share the name of a present pupil whom the file leaves out."""
    meant = {stored.pk for _, stored in pairs if stored is not None}
    left = {pupil.name: pupil for pupil in roster.enrolled if pupil.pk not in meant}
    for row, stored in pairs:
        namesake = left.get(row.name) if stored is None and row.number else None
        if namesake is None or namesake.school_class is None:
            continue
        why, what = "没有写学籍号", "请先在“学生”里给那一名填上这个学籍号"
        if namesake.number:
            why, what = "学籍号不同", "请统一学籍号"
        message = (
            f"同名：{namesake.school_class.label}已有一名{row.name}，{why}，名册里又没有那一名，"
            f"这里按另一名学生导入。如果是同一人，{what}。"
        )
        _say(log, Level.WARNING, "maybe_double", message, row, "学籍号", row.number)


def _values(row: PupilRow) -> tuple[object, ...]:
    return (row.gender, row.seat, row.remark, row.guardians)


def _say(log: ImportLog, level: Level, code: str, message: str, row: PupilRow, column: str, value: str) -> None:
    log.add(level, code, message, sheet=row.sheet, row=row.row, column=column, value=value)
