"""What each paper shows. The caller decides who may see what; a document prints exactly what it is given."""

from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from core.clock import cn_full_date, cn_full_day
from schools.contexts import Letterhead
from schools.enums import ActionKind, Design


class BookVersion(TextChoices):
    """What a record book prints where something was recorded, and where nothing was."""

    FILLED = "filled", "已填"
    BLANK = "blank", "空白手写"
    MIXED = "mixed", "已填加手写格"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPeriod:
    """A stretch of the plan in which an action is due. `short` (上, 下) heads a column of the roster table."""

    label: str
    short: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One action of the plan with its periods: two terms in a termly plan, one year in a yearly one.

    A column per action as in the annex; with several periods it is divided under one heading. `lines` are printed
    for handwriting where nothing was recorded; 0 lets the page decide.
    """

    action: ActionKind
    title: str
    periods: tuple[PaperPeriod, ...]
    lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTick:
    """One field of the roster table."""

    done: bool = False
    on: date | None = None
    required: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record on a pupil's page. `details` are (label, value) pairs in the order of print; empty ones are left out.

    A restricted entry carries neither text nor details: it prints its date and that it exists (ValueError otherwise),
    so no caller can print a restricted text by mistake.
    """

    on: date | None = None
    heading: str = ""
    details: tuple[tuple[str, str], ...] = ()
    text: str = ""
    advice: str = ""
    signature: str = ""
    restricted: bool = False

    def __post_init__(self) -> None:
        if self.restricted and (self.text or self.advice or self.details or self.heading):
            raise ValueError("a restricted record may not be printed")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookPupil:
    """One row of the roster table and one page of the book.

    `ticks` and `entries` follow the book's columns and their periods: `entries[column][period]` are the records of
    that period, possibly none. `phone` is printed as given, masked or not.
    """

    name: str
    class_label: str
    phone: str = ""
    summary: str = ""
    ticks: tuple[tuple[PaperTick, ...], ...] = ()
    entries: tuple[tuple[tuple[Entry, ...], ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordBook:
    """A mentor's 导师记录本 for one school year (Guyi plan, annex 1).

    `mentors` has two names for a shared slot. `title` and `subtitle` are the cover's two lines, `design` its drawing.
    `version` decides what stands in an empty period: a short line (filled) or ruled lines (mixed). Blank prints
    no tick and no record at all, even if the pupils carry some, and rules every period. `blank_pages` are ruled pages
    without a name; a blank book without pupils has one for each row of the roster if none are asked for. `code` names
    the book on its cover where the school's shelf is kept, and `code_url` is where it leads; empty without.
    """

    school: Letterhead
    mentors: tuple[str, ...]
    class_labels: tuple[str, ...]
    period: str
    columns: tuple[Column, ...]
    pupils: tuple[BookPupil, ...] = ()
    title: str = "人人都有“好朋友”老师"
    subtitle: str = "导师记录本"
    pupil_count: int | None = None
    blank_pages: int = 0
    version: BookVersion = BookVersion.MIXED
    design: Design = Design.UPPER
    code: str = ""
    code_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryAction:
    """How far one action is in a class: of `owed` pupils `done`. `period` says so where it counts for the year."""

    label: str
    done: int
    owed: int
    period: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryMentor:
    """A line of the class's team. `figures` are (done, owed) by action; `guest` is a mentor of another class's team."""

    names: str
    pupils: int
    figures: tuple[tuple[int, int], ...]
    leader: bool = False
    guest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryPupil:
    """A line of the class list; `ticks` follow the actions. `mentor` is empty while the pupil has none."""

    seat: int | None
    name: str
    mentor: str
    ticks: tuple[PaperTick, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassSummary:
    """What a class's team did in a term 班级学期小结: plain counts in the team's order, no text, no ranking.

    `face_to_face` are talks face to face and all talks; `letters` those handed in and those released of the
    `letter_label`, None where the class is owed none.
    """

    school: Letterhead
    class_label: str
    term: str
    on: date
    actions: tuple[SummaryAction, ...]
    mentors: tuple[SummaryMentor, ...]
    pupils: tuple[SummaryPupil, ...]
    face_to_face: tuple[int, int] = (0, 0)
    letter_label: str = "成长寄语"
    letters: tuple[int, int] | None = None

    @property
    def mentored(self) -> int:
        """Pupils with a mentor."""
        return sum(bool(pupil.mentor) for pupil in self.pupils)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """A record book on the list 记录本收发登记表; what is not recorded stays blank for the pen."""

    mentor: str
    pupils: int
    issued_on: date | None = None
    collected_on: date | None = None
    checked_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookClass:
    """The books filed under one class."""

    label: str
    lines: tuple[BookLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookGrade:
    """The classes of a grade; its list begins on a page of its own."""

    label: str
    classes: tuple[BookClass, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookList:
    """The list by which 德育室 issues and collects the record books (Guyi plan 四(四)2)."""

    school: Letterhead
    term: str
    grades: tuple[BookGrade, ...]
    title: str = "导师记录本收发登记表"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One 成长寄语. `body` and `advice` are plain text, a line break begins a new paragraph.

    `salutation` is printed as given (empty: name and 同学). `closing` stands above the signature. `signed_by_hand`
    prints a line instead of the names; `family_url` goes into a QR code that opens the family's page.
    `motto` and `card_title` are the card's. `mark` stands small at the head of a sheet that is not to be handed out.
    """

    school: Letterhead
    pupil_name: str
    class_label: str
    body: str
    mentors: tuple[str, ...]
    on: date | None = None
    title: str = "成长寄语"
    term: str = ""
    salutation: str = ""
    advice: str = ""
    advice_title: str = "成长建议"
    closing: str = ""
    design: Design = Design.UPPER
    signed_by_hand: bool = False
    family_url: str = ""
    motto: str = ""
    card_title: str = "成长激励卡"
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One 家长凭条. `url` goes into the QR code, `short_url` is what a parent types; neither holds a name."""

    school: Letterhead
    pupil_name: str
    class_label: str
    url: str
    short_url: str
    code: str
    valid_until: date | None = None
    note: str = "请您和孩子一起读老师写的寄语。"


def day(on: date | None) -> str:
    """Return a date as teachers write it: 2026年9月3日（周四）; nothing for None."""
    return cn_full_date(on) if on else ""


def short_day(on: date | None) -> str:
    """Return a date short enough for a column: 9.3."""
    return f"{on.month}.{on.day}" if on else ""


def written_day(on: date | None) -> str:
    """Return a date as it stands under a letter: 2027年1月18日."""
    return cn_full_day(on) if on else ""


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the non-empty lines of `text`, trimmed of the blanks that people indent with."""
    return tuple(line for line in (raw.strip() for raw in text.splitlines()) if line)
