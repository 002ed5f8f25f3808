"""The guardians of a row: from columns of their own, or several in one cell (`父亲张勇139… 母亲李芳138…`)."""

import re
from typing import NamedTuple

from core.phones import normalise_phone, phones_in
from core.tablereader import TableReader
from core.text import HAN, MIDDLE_DOT, clean_key, clean_name, is_nothing, names_apart
from core.workbooks import CellError, Record, Table
from students.imports.columns import GUARDIANS, IN_ONE_CELL
from students.imports.headings import KIN, relation_in

_TOKEN = re.compile(
    r"(?P<phone>(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d))"
    rf"|(?P<words>[{HAN}{MIDDLE_DOT}]+)|(?P<signs>[\s,;:/|()\[\]<>.+&、。【】《》\-—]+)|(?P<other>.)"
)
_KIN_WORDS = tuple(sorted((word for word in KIN if len(word) > 1), key=len, reverse=True))
_SHORT_KIN = "父爸妈"
_KIN_SIGNS = frozenset("父母爸妈")
_FILLERS = (
    *("联系电话", "手机号码", "电话号码", "手机号", "手机", "电话", "号码", "微信", "姓名", "监护人", "家长", "学生"),
    *("孩子", "联系人", "和", "与", "及", "或", "的", "是"),
)
# A name cell that says more than a name: a number, a colon, a bracket or the kinship in front.
_SAYS_MORE = re.compile(r"\d{5}|[:：(（]|^\s*(?:父亲|母亲|爸爸|妈妈)")
# Said of a person who cannot be written to, where a name should stand.
NO_PERSON = re.compile(
    r"(?:已|父|母|父亲|母亲)?(?:离异|离婚|亡|亡故|已?故|去世|过世|病故|死亡|失踪|失联|服刑|丧父|丧母)(?:\(.*\))?|丧[父母]|孤儿|单亲|未婚|保密|本人"
    r"|无[父母](?:亲)?|无监护人?|[父母]不详|否|未|[xn]+|no",
    re.IGNORECASE,
)
_YES_NO = {"是": True, "否": False, "不是": False, "非": False, "n": False, "no": False, "×": False, "false": False}


class GuardianRow(NamedTuple):
    """What a row says of one guardian; an empty string says nothing."""

    name: str
    relation: str
    phone: str


def people_in(text: str) -> list[GuardianRow] | None:
    """The people whom a cell names; None if nobody can say for sure whose each name and number is."""
    tokens = _tokens(text)
    if tokens is None or not any(kind in "np" for kind, _ in tokens):
        return None
    label_first = tokens[0][0] == "r"
    people: list[dict[str, str]] = [{}]
    for kind, value in tokens:
        if kind in people[-1] or (kind == "r" and label_first and people[-1]):
            people.append({})
        people[-1][kind] = value
    labelled = ["r" in person for person in people]
    shapes = {frozenset(person) for person in people}
    if any(labelled) and not all(labelled):
        return None
    if len(people) > 1 and not all(labelled) and len(shapes) > 1:
        return None
    if any(person.keys() == {"r"} for person in people):
        return None
    return [GuardianRow(p.get("n", ""), p.get("r", ""), p.get("p", "")) for p in people]


def _tokens(text: str) -> list[tuple[str, str]] | None:
    """Names (n), relations (r) and phones (p) in order; None if there is anything else."""
    found: list[tuple[str, str]] = []
    for token in _TOKEN.finditer(clean_key(text)):
        if token["other"]:
            return None
        if token["phone"]:
            found.append(("p", normalise_phone(token["phone"]).number))
        elif token["words"]:
            words = _words(token["words"])
            if words is None:
                return None
            found += words
    return found


def _words(run: str) -> list[tuple[str, str]] | None:
    found: list[tuple[str, str]] = []
    if run.startswith("父母"):
        return None
    while run:
        kin = next((word for word in _KIN_WORDS if run.startswith(word)), "")
        if not kin and (run in KIN or run[0] in _SHORT_KIN):
            kin = run[0]
        if kin:
            found.append(("r", KIN[kin]))
            run = run.removeprefix(kin)
            continue
        filler = next((word for word in _FILLERS if run.startswith(word)), "")
        if filler:
            run = run.removeprefix(filler)
            continue
        behind = next((word for word in _KIN_WORDS if run.endswith(word)), "")
        name = run.removesuffix(behind)
        if is_nothing(name) or NO_PERSON.fullmatch(name) or len(name) < 2 or (len(name) > 4 and MIDDLE_DOT not in name):
            return None
        found.append(("n", clean_name(name)))
        found += [("r", KIN[behind])] if behind else []
        break
    return found


class GuardianReader:
    """Reads the guardians of one table's rows."""

    def __init__(self, table: Table, cells: TableReader) -> None:
        self._cells = cells
        # Columns of this sheet that hold a guardian, so that absent ones cost nothing per row.
        self._positions = [
            position
            for position in GUARDIANS
            if {f"guardian{position}_name", f"guardian{position}_phone"} & table.columns.keys()
        ]
        # Per position the keys of its name, its phone and its relation.
        self._keys = {p: (f"guardian{p}_name", f"guardian{p}_phone", f"guardian{p}_relation") for p in self._positions}
        self._relations = {position: relation_of(table, position) for position in self._positions}
        self._asked = [p for p in self._positions if f"guardian{p}_guardian" in table.columns]
        self._one_cell = IN_ONE_CELL in table.columns

    @property
    def reads_anybody(self) -> bool:
        """Whether any column of the table holds guardians."""
        return bool(self._positions) or self._one_cell

    def read(self, record: Record) -> tuple[GuardianRow | None, ...]:
        """The guardians of the row by position; what is wrong is logged."""
        found: dict[int, GuardianRow] = {}
        for position in self._positions:
            people = self._at(record, position)
            if len(people) == 1:
                found[position] = people[0]
            elif people:
                found.update(zip(GUARDIANS[position - 1 :], people, strict=False))
        if self._one_cell:
            self._add_from_one_cell(record, found)
        return tuple(map(found.get, GUARDIANS))

    def _at(self, record: Record, position: int) -> list[GuardianRow]:
        cells, (key, phone_key, relation_key) = self._cells, self._keys[position]
        typed = record.text(key)
        if typed and NO_PERSON.fullmatch(clean_key(typed)):
            cells.warn("not_a_name", "写的不是姓名，没有导入。请核对这一位家长。", record, key)
            record.cells[key] = typed = ""
        if both := self._several(typed, record, position):
            return both
        # Most cells hold a short name and nothing else.
        suspect = len(typed) > 4 or typed[:1] in _KIN_SIGNS
        more = people_in(typed) if suspect and _SAYS_MORE.search(typed) else None
        if more is not None and len(more) > 1 and len(self._positions) == 1:
            return self._first_three(more, record, key)
        # A remark behind a name is told apart from a kinship by the reader of names.
        one = more[0] if more is not None and len(more) == 1 and (more[0].relation or more[0].phone) else None
        name = one.name if one is not None else cells.name(record, key) or ""
        phone = cells.phone(record, phone_key) or (one.phone if one is not None else "")
        if not name and not phone:
            return []
        if position in self._asked and not self._is_guardian(record, position):
            message = "“是否监护人”写着“否”，这一位没有导入。"
            cells.warn("not_a_guardian", message, record, key)
            return []
        told = cells.text(record, relation_key, 20)
        relation = told or (one.relation if one is not None else "") or self._relations[position]
        return [GuardianRow(name, relation, phone)]

    def _several(self, typed: str, record: Record, position: int) -> list[GuardianRow]:
        """Names that stand together, each with the number in the same place; empty where there is one name."""
        names = names_apart(typed) if len(typed) > 4 else []
        if not names or any(name in KIN for name in names):
            return []
        phone_key = f"guardian{position}_phone"
        phones = phones_in(record.text(phone_key)).phones
        if len(self._positions) > 1 or len(phones) != len(names):
            message = f"一格里写了 {len(names)} 位家长，看不出谁是谁的电话，只导入第一位。请分成几列。"
            self._cells.warn("guardians_several", message, record, f"guardian{position}_name")
            return [GuardianRow(names[0], "", self._cells.phone(record, phone_key))]
        message = f"一格里写了 {len(names)} 位家长，电话按顺序对应。请核对。"
        self._cells.warn("guardians_split", message, record, f"guardian{position}_name")
        people = [GuardianRow(name, "", phone.number) for name, phone in zip(names, phones, strict=True)]
        return self._first_three(people, record, f"guardian{position}_name")

    def _is_guardian(self, record: Record, position: int) -> bool:
        return _YES_NO.get(clean_key(record.text(f"guardian{position}_guardian")).lower(), True)

    def _add_from_one_cell(self, record: Record, found: dict[int, GuardianRow]) -> None:
        cell = record.cells[IN_ONE_CELL]
        text = record.text(IN_ONE_CELL)
        if not text.strip() or isinstance(cell, CellError):
            return
        people = people_in(text)
        if people is None:
            message = "看不出这一格里谁的电话是谁的。请分成“父亲姓名”“父亲电话”“母亲姓名”“母亲电话”几列。"
            self._cells.error("guardians_unclear", message, record, IN_ONE_CELL)
            return
        if len(people) > 1:
            self._cells.info("guardians_split", "一格里写了几位家长，已按称呼分开。", record, IN_ONE_CELL)
        free = [position for position in GUARDIANS if position not in found]
        found.update(zip(free, self._first_three(people, record, IN_ONE_CELL), strict=False))

    def _first_three(self, people: list[GuardianRow], record: Record, key: str) -> list[GuardianRow]:
        if len(people) > len(GUARDIANS):
            message = f"一格里写了 {len(people)} 位家长，只导入前 {len(GUARDIANS)} 位。"
            self._cells.warn("guardians_too_many", message, record, key)
        return people[: len(GUARDIANS)]


def relation_of(table: Table, position: int) -> str:
    """The relation that the headings themselves tell: 父亲姓名, 父亲电话."""
    keys = (f"guardian{position}_name", f"guardian{position}_phone")
    told = {relation_in(table.headings[key]) for key in keys if key in table.headings} - {""}
    return told.pop() if len(told) == 1 else ""
