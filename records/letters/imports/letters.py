"""Letters that families have on paper → plan of letters of their term that say so.

What the checks find in them is told as a number: they are out already. No text is in the preview.
"""

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Final

from core.importlog import ImportLog, LinePlace
from core.importplan import ChangeKind, FieldChange, PlannedChange
from jobs.importers import ClassFinder, ImportPlan, ImportRequest
from mentors.models.slots import Teacher
from records.desk.imports.people import PaperPeople
from records.desk.services.paper import PaperRecord
from records.letters.checks import CheckContext, LetterText, check_letter
from records.letters.imports.rows import COLUMNS, LetterLine, read_letters
from records.letters.services.paper import PaperText, bring_in_letters
from records.models.records import GrowthLetter
from schools.enums import ActionKind, LetterTone
from schools.models import SchoolYear
from students.models import Enrolment

#: A letter takes the checks a hundredth of a second; nobody waits for more than these.
CHECKED: Final = 300


@dataclass(frozen=True, slots=True)
class _Stored:
    """A letter that is there already. `waits`: it is only known to be out on paper, its text is not."""

    pk: int
    body: str
    advice: str
    waits: bool


def plan_letters(request: ImportRequest) -> ImportPlan:
    """Compare the list with the letters of the request's year. Ten queries whatever its length."""
    from records.letters.checks.likeness import signature

    log = ImportLog()
    classes = ClassFinder(request, log)
    people = PaperPeople(request, classes)
    read = read_letters(request, classes=classes, people=people, log=log)
    stored = _stored(request.year)
    calendar = request.actor.calendar.of(request.year)
    new: list[PaperRecord] = []
    texts: dict[int, PaperText] = {}
    taken: list[LetterLine] = []

    def write(_accepted: frozenset[str]) -> None:
        bring_in_letters(actor=request.actor, year=request.year, letters=new, texts=texts)

    plan = ImportPlan(log=log, write=write, rows=read.seen, unchanged=read.empty, columns=read.columns)
    for line in _without_repeats(read.rows, log):
        known = stored.get((line.pupil.pk, line.term.pk))
        if known is not None and (known.body, known.advice) == (line.body, line.advice):
            plan.unchanged += 1
            continue
        place: LinePlace = {"sheet": line.sheet, "row": line.row}
        if known is not None and not known.waits:
            message = f"系统里已有{line.term.short_name}的这一封，文字不同，没有改动。"
            log.warning("letter_there", message, column="寄语", value=line.pupil.name, **place)
            plan.unchanged += 1
            continue
        text = PaperText(line.body, line.advice, signature(line.body, line.pupil.name))
        if known is not None:
            texts[known.pk] = text
        else:
            new.append(_record(line, text, min(line.term.ends_on, request.actor.today)))
        taken.append(line)
        label = calendar.label(ActionKind.LETTER)
        told = FieldChange(label, "", f"{line.term.short_name}{label} {len(line.body)} 字")
        kind = ChangeKind.CHANGED if known is not None else ChangeKind.NEW
        plan.changes.append(PlannedChange(kind, line.pupil.subject, (told,), line.sheet, line.row))
    _tell(request, taken, log)
    plan.fields = tuple((spec.key, spec.label) for spec in COLUMNS)
    plan.spellings, plan.unread_classes = classes.spellings, classes.unread
    return plan


def _record(line: LetterLine, text: PaperText, day: datetime.date) -> PaperRecord:
    return PaperRecord(
        action=ActionKind.LETTER,
        pupil_id=line.pupil.pk,
        term=line.term,
        date=day,
        author_id=line.credited.author_id,
        mentor_id=line.credited.slot_id or 0,
        body=text.body,
        advice=text.advice,
        signature=text.signature,
    )


def _stored(year: SchoolYear) -> dict[tuple[int, int], _Stored]:
    """The year's letters by pupil and term. One query."""
    rows = GrowthLetter.objects.present().filter(term__year=year).order_by()
    columns = ("pupil_id", "term_id", "pk", "body", "advice", "from_paper", "handwritten")
    return {
        (pupil_id, term_id): _Stored(pk, body, advice, from_paper and by_hand and not body)
        for pupil_id, term_id, pk, body, advice, from_paper, by_hand in rows.values_list(*columns)
    }


def _without_repeats(lines: list[LetterLine], log: ImportLog) -> list[LetterLine]:
    first: dict[tuple[int, int], LetterLine] = {}
    for line in lines:
        known = first.setdefault((line.pupil.pk, line.term.pk), line)
        if known is line:
            continue
        place: LinePlace = {"sheet": line.sheet, "row": line.row}
        if (known.body, known.advice) == (line.body, line.advice):
            message = f"与第 {known.row} 行是同一封，只导入一次。"
            log.warning("row_repeated", message, column="姓名", value=line.pupil.name, **place)
        else:
            message = f"与第 {known.row} 行是同一名学生、同一学期，文字却不同。一个学期只有一封，请只留一行。"
            log.error("letter_twice", message, column="寄语", value=line.pupil.name, **place)
    return list(first.values())


def _tell(request: ImportRequest, lines: list[LetterLine], log: ImportLog) -> None:
    """Where the letters come to stand, and in how many the checks find something. Two queries."""
    if not lines:
        return
    message = "导入的寄语都标明“纸质补录”，算已交，不再校对；家长在手机上看不到，除非德育室在“寄语发布”里勾选发布。"
    log.info("from_paper", message)
    rows = Enrolment.objects.lasting(request.year).order_by("pk").select_related("pupil")
    enrolled = {row.pupil_id: row for row in rows}
    names: dict[int, list[str]] = defaultdict(list)
    for row in enrolled.values():
        names[row.school_class_id].append(row.pupil.name)
    teachers = tuple(
        Teacher.objects.filter(school=request.year.school_id).order_by("pk").values_list("name", flat=True)
    )
    advice = request.actor.calendar.of(request.year).rules.plan.letter_tone == LetterTone.WITH_ADVICE
    found: Counter[bool] = Counter()
    for line in lines[:CHECKED]:
        own = enrolled[line.pupil.pk]
        others = tuple(name for name in names[own.school_class_id] if name != line.pupil.name)
        context = CheckContext(
            pupil_name=line.pupil.name,
            gender=own.pupil.gender,
            others=others,
            teachers=teachers,
            wants_advice=advice,
        )
        found[bool(check_letter(LetterText(line.body, line.advice), context=context))] += 1
    if found[True]:
        of = f"前 {CHECKED} 封中有" if len(lines) > CHECKED else "有"
        message = f"{of} {found[True]} 封里有写寄语时会提醒的地方，如别的同学的名字。已经发出，只作参考，不影响导入。"
        log.info("letters_with_findings", message)
