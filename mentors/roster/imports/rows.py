"""Blocks of a list → one row for each pupil. Blanks beneath a mentor become runs, which a person is asked about."""

from dataclasses import dataclass, field

from core.importlog import ImportLog
from core.tablereader import TableReader
from core.text import SAME_AS_ABOVE, clean_name, clean_text, is_nothing
from core.workbooks import Record
from jobs.importers import ClassFinder
from mentors.roster.imports.shapes import COLUMNS, Block, PairRow, Run
from mentors.roster.imports.stored import Stored
from schools.labels import ClassKey


@dataclass(slots=True)
class _Stretch:
    """Rows that follow each other without a gap, a heading or another class."""

    # Row and text of the last mentor written; an empty text says that there is none yet.
    written: tuple[int, str] | None = None
    # Rows above the first mentor: where these are, a mentor may stand at the foot or in the middle of its pupils.
    above: list[PairRow] = field(default_factory=list)
    below: list[PairRow] = field(default_factory=list)
    run: Run | None = None


class BlockReader:
    """Reads one block; afterwards `rows` are those that say or may inherit a mentor, `seen` counts all pupils."""

    def __init__(self, block: Block, stored: Stored, classes: ClassFinder, log: ImportLog) -> None:
        self.rows: list[PairRow] = []
        self.seen = 0
        self._block = block
        self._table = block.table
        self._stored = stored
        self._classes = classes
        self._log = log
        self._cells = TableReader(block.table, log)
        self._stretch = _Stretch()
        self._class = block.school_class
        self._class_told = block.school_class is not None

    def read(self) -> None:
        """Every pupil of the block; all that is wrong goes into the log."""
        if not self._cells.check_headings(COLUMNS):
            return
        last = 0
        # Whether a mentor is missing or only not written is told apart here.
        for record in self._cells.records(keep=("mentor",)):
            if last and record.row - last > 1:
                self._end()
            last = record.row
            self._record(record)
        self._end()

    def _record(self, record: Record) -> None:
        texts = [(key, text) for key in self._block.pupils if (text := record.text(key)) and not is_nothing(text)]
        number = self._cells.identifier(record, "number")
        if self._is_line(record):
            return
        if (not texts and not number) or self._cells.is_foot(record, clean_name(texts[0][1] if texts else "")):
            self._cells.skip(record, who="学生")
            self._end()
            return
        sound = self._cells.sound(record)
        key, written = self._class_of(record) if sound else (None, False)
        sound = sound and (key is not None or not written)
        mentor = record.text("mentor")
        if not clean_text(mentor) or clean_text(mentor) in SAME_AS_ABOVE:
            mentor = self._block.mentor
        said = bool(clean_text(mentor))
        if said:
            stretch = self._stretch
            stretch.written, stretch.run = (record.row, "" if is_nothing(mentor) else mentor), None
        if not texts:
            texts = [(self._block.pupils[0], "")]
        for at, text in texts:
            names = self._names(record, at, text, several=not number)
            self.seen += max(len(names), 1)
            if sound and number is not None:
                for name in names:
                    self._pair(record, name, number, key, written, at, said=said)

    def _names(self, record: Record, at: str, text: str, *, several: bool) -> list[str]:
        """The pupils of a cell; none if it is unusable (logged)."""
        cells, people = self._cells, self._stored.pupils(text)
        if len(people.names) < 2:
            name = cells.name(record, at)
            return [] if name is None else [people.names[0] if people.aside else name]
        if not several:
            message = f"一格里写了 {len(people.names)} 名学生，学籍号却只有一个。请每名学生一行。"
            cells.error("pupils_with_one_number", message, record, at)
            return []
        place = {"sheet": cells.sheet, "column": self._table.heading(at)}
        message = f"一格里写了 {len(people.names)} 名学生，已逐一读取。"
        self._log.info("pupils_split", message, row=record.row, **place)
        if people.count is not None and people.count != len(people.names):
            message = f"写着 {people.count} 人，读到 {len(people.names)} 人。请核对。"
            cells.warn("headcount_differs", message, record, at)
        for word in people.aside:
            message = "姓名旁边的这几个字不是姓名的一部分，没有导入。"
            self._log.warning("words_aside", message, row=record.row, value=word, **place)
        return list(people.names)

    def _pair(
        self, record: Record, name: str, number: str, key: ClassKey | None, written: bool, at: str, *, said: bool
    ) -> None:
        stretch = self._stretch
        row, text = stretch.written or (record.row, "")
        column = self._table.heading("mentor")
        pair = PairRow(
            self._cells.sheet, record.row, name, number, key, written, self._table.heading(at), text, row, column
        )
        if said and text:
            self.rows.append(pair)
        elif said:
            message = "还没有导师，这一行没有变动。"
            self._log.info("mentor_empty", message, sheet=pair.sheet, row=pair.row, column=column, value=name)
        elif stretch.written is None:
            stretch.above.append(pair)
        elif not text:
            self._tell_empty([pair])
        else:
            if stretch.run is None:
                stretch.run = Run(pair.sheet, record.row, record.row, clean_text(text))
            stretch.run.last = record.row
            pair.run = stretch.run
            stretch.below.append(pair)

    def _end(self, written: tuple[int, str] | None = None) -> None:
        """Settle the rows so far: nothing is carried over from here on, but from `written`."""
        stretch, self._stretch = self._stretch, _Stretch(written)
        if not stretch.above:
            self.rows += stretch.below
            return
        if stretch.written is None:
            self._tell_empty(stretch.above)
            return
        # Nobody can tell whose pupils these are, so none of the stretch inherits.
        message = "导师好像写在所带学生的中间或最后，看不出没写的几行归谁，没有变动。请在每一行写明导师。"
        for row in (*stretch.above, *stretch.below):
            self._warn("mentor_position", message, row)

    def _tell_empty(self, rows: list[PairRow]) -> None:
        for row in rows:
            # Not everybody has a mentor yet; an empty cell takes nobody's away.
            self._warn("mentor_empty", "没有写导师，这一行没有变动。还没有导师的，可以写“未定”。", row)

    def _warn(self, code: str, message: str, row: PairRow) -> None:
        self._log.warning(code, message, sheet=row.sheet, row=row.row, column=row.mentor_column, value=row.name)

    def _is_line(self, record: Record) -> bool:
        """Whether the row is a line above a group, which names the class or the mentor of those beneath."""
        texts = {text for key in record.cells if (text := clean_text(record.text(key)))}
        if len(texts) != 1 or self._cells.is_example(record):
            return False
        (text,) = texts
        if self._stored.names_pupils(text):
            return False
        key = self._classes.parse(text) or self._classes.parse_title(text)
        if key is None and not self._stored.names_teachers(text):
            return False
        if key is not None:
            self._end()
            self._class, self._class_told = key, True
        else:
            self._end((record.row, text))
        return True

    def _class_of(self, record: Record) -> tuple[ClassKey | None, bool]:
        """The class of a row, and whether it is said for it rather than in a row above."""
        label = clean_text(record.text("class"))
        if not label:
            return self._class, self._class_told
        grade, column = clean_text(record.text("grade")), self._table.heading("class")
        key = self._classes.find(label, grade=grade, sheet=self._cells.sheet, row=record.row, column=column)
        if key != self._class:
            self._end()
        self._class, self._class_told = key, False
        return key, True
