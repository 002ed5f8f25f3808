"""What the preview page asks about a file, and what a person answered: headings, class labels, hidden rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from accounts.actors import Actor
from core.errors import DomainError
from jobs.importers import ImportOptions
from jobs.imports import recheck_batch
from jobs.models import ImportBatch
from schools.models import SchoolClass

# Findings that a choice about hidden content answers.
_HIDDEN = frozenset({"hidden_rows", "hidden_sheet"})


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to choose: a heading's field, or the class that a label means."""

    key: str
    heading: str
    samples: tuple[str, ...]
    chosen: str
    is_open: bool
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Questions:
    """All that a preview asks or offers to change. `is_open`: the roster cannot be read before it is answered."""

    columns: tuple[Question, ...]
    fields: tuple[tuple[str, str], ...]
    classes: tuple[Question, ...]
    places: tuple[tuple[str, str], ...]
    spellings: tuple[tuple[str, str], ...]
    hidden_left_out: bool
    hidden_taken: bool

    @property
    def is_open(self) -> bool:
        """Whether something must be answered."""
        return any(question.is_open for question in (*self.columns, *self.classes))


def questions_of(batch: ImportBatch) -> Questions:
    """What the page of a checked batch asks. One query, and only if a class label is unknown."""
    summary, options = batch.summary, ImportOptions.of(batch.options)
    nobody_reads = bool(summary.get("columns")) and not any(column["field"] for column in summary["columns"])
    columns = tuple(
        Question(
            column["key"],
            column["heading"],
            tuple(column["samples"]),
            column["field"] if not column["is_repeated"] else "",
            column["is_repeated"] or nobody_reads,
            column["sheet"],
        )
        for column in summary.get("columns", [])
    )
    classes = tuple(Question(f"={label}", label, (), "", True) for label in summary.get("unread_classes", []))
    return Questions(
        columns=columns,
        fields=tuple((key, label) for key, label in summary.get("fields", [])),
        classes=classes,
        places=_places(batch) if classes else (),
        spellings=tuple((spelling, label) for spelling, label in summary.get("spellings", [])),
        hidden_left_out=not options.take_hidden and any(found["code"] in _HIDDEN for found in batch.findings),
        hidden_taken=options.take_hidden,
    )


def answer_questions(
    *, actor: Actor, batch: ImportBatch, answers: Mapping[str, str], take_hidden: bool | None = None
) -> ImportBatch:
    """Compute the preview anew with the answers: `key` of a question → field, class as `grade-number`, or empty.

    Only answers that differ from what the file itself says are kept. Raises DomainError `other_school`,
    `answered_twice`, and those of `recheck_batch`.
    """
    if actor.school_id != batch.school_id:
        raise DomainError("other_school", "这份名册不属于本校。")
    questions = questions_of(batch)
    options = ImportOptions.of(batch.options)
    mapping = dict(options.mapping)
    fields, places = dict(questions.fields), dict(questions.places)
    # Per sheet: in another sheet the same field may well have another heading.
    taken: dict[tuple[str, str], str] = {}
    for question in questions.columns:
        answer = answers.get(question.key, question.chosen)
        if answer and answer not in fields:
            answer = question.chosen
        place = (question.sheet, answer)
        if answer and question.key in answers and place in taken:
            both = f"“{taken[place]}”和“{question.heading}”都选了“{fields[answer]}”。"
            raise DomainError("answered_twice", f"{both}每一项只能来自一列，请改选其中一个。")
        taken[place] = question.heading
        if question.is_open or answer != question.chosen:
            mapping[question.key] = answer
    for question in questions.classes:
        answer = answers.get(question.key, "")
        if answer in places:
            mapping[question.key] = answer
    hidden = options.take_hidden if take_hidden is None else take_hidden
    return recheck_batch(actor=actor, batch=batch, options=replace(options, mapping=mapping, take_hidden=hidden))


def _places(batch: ImportBatch) -> tuple[tuple[str, str], ...]:
    classes = SchoolClass.objects.of_year(batch.year)
    return tuple((f"{found.grade.number}-{found.number}", found.label) for found in classes)
