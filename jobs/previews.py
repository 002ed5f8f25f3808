"""What one look at a roster came to: the report of a run, and what a batch keeps of it for its page."""

from collections.abc import Container, Iterable
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from core.importlog import FoldedFinding, ImportLog, Level
from core.importplan import ChangeKind, Choice, ChoiceGroup, PlannedChange, fingerprint
from jobs.enums import ImportState
from jobs.importers import ImportOptions, ImportPlan
from jobs.models import ImportBatch

# What a preview page keeps and shows; the rest is counted.
SHOWN_CHANGES = 300
SHOWN_FINDINGS = 300


@dataclass(frozen=True, slots=True)
class ImportReport:
    """The outcome of one run, written or not."""

    rows: int
    unchanged: int
    changes: tuple[PlannedChange, ...]
    log: ImportLog
    basis: str = ""
    new_classes: tuple[str, ...] = ()
    unknown_classes: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = field(default=())
    asked: dict[str, Any] = field(default_factory=dict)
    written: bool = False
    accepted: frozenset[str] = frozenset()

    def count(self, kind: ChangeKind) -> int:
        """How many subjects change in one way, without what nobody said yes to."""
        return sum(change.kind is kind and change.needs <= self.accepted for change in self.changes)

    def as_dict(self) -> dict[str, Any]:
        """The stable JSON object of `manage.py import_roster --json`."""
        return {
            "rows": self.rows,
            "created": self.count(ChangeKind.NEW),
            "updated": self.count(ChangeKind.CHANGED),
            "unchanged": self.unchanged,
            **self.log.as_dict(),
            "choices": [choice.as_dict() for choice in self.choices],
            "written": self.written,
        }


def report_of(plan: ImportPlan, *, written: bool = False, accepted: frozenset[str] = frozenset()) -> ImportReport:
    """The report of a plan, of which the choices `accepted` are carried out."""
    return ImportReport(
        rows=plan.rows,
        unchanged=plan.unchanged,
        changes=tuple(plan.changes),
        log=plan.log,
        basis=fingerprint(plan.changes, plan.log.findings, plan.unchanged, plan.choices),
        new_classes=plan.new_classes,
        unknown_classes=plan.unknown_classes,
        choices=plan.choices,
        asked=_asked(plan),
        written=written,
        accepted=accepted,
    )


def refuse_weighty(plan: ImportPlan, chosen: Container[str]) -> None:
    """An error for each weighty question without a yes: where nobody looks at a preview, silence is no answer."""
    for choice in plan.choices:
        if choice.weighty and choice.key not in chosen:
            message = (
                f"{choice.group.title}：{choice.label}。确实如此的，请用 --accept {choice.key}，或在导入页面打勾。"
            )
            plan.log.error(choice.group.code, message)


def keep_preview(batch: ImportBatch, report: ImportReport, options: ImportOptions) -> None:
    """Put the report into the batch's fields, unsaved; only the first few hundred lines are kept, all are counted."""
    batch.options = options.as_dict()
    batch.state = ImportState.REFUSED if report.log.has_errors else ImportState.CHECKED
    batch.basis = report.basis
    shown = [change for change in report.changes if not change.needs]
    changed = [change for change in shown if change.kind is not ChangeKind.NEW]
    new = (change for change in shown if change.kind is ChangeKind.NEW)
    batch.summary = {
        "rows": report.rows,
        "created": report.count(ChangeKind.NEW),
        "updated": report.count(ChangeKind.CHANGED),
        "unchanged": report.unchanged,
        "gone": report.count(ChangeKind.GONE),
        "errors": report.log.count(Level.ERROR),
        "warnings": report.log.count(Level.WARNING),
        "error_rows": sum(map(len, error_rows(report.log).values())),
        "set_aside": sum(map(len, options.set_aside.values())),
        "new_classes": list(report.new_classes),
        "unknown_classes": list(report.unknown_classes),
        **report.asked,
        "choices": [[choice.key, choice.label] for choice in report.choices],
        "choice_groups": _groups(report.choices),
        # Changes of what is stored come first: they need the reader's eye more than new rows do.
        "changes": [change.as_dict() for change in changed[:SHOWN_CHANGES]],
        "new": [change.as_dict() for change in islice(new, SHOWN_CHANGES // 3)],
    }
    batch.findings = [_finding(found) for found in report.log.folded(limit=SHOWN_FINDINGS)]


def _asked(plan: ImportPlan) -> dict[str, Any]:
    """What can be settled by hand on the preview page (`jobs.mapping`)."""
    return {
        "columns": [asdict(column) for column in plan.columns],
        "fields": [list(known) for known in plan.fields],
        "spellings": [list(spelling) for spelling in plan.spellings[:SHOWN_CHANGES]],
        "unread_classes": list(plan.unread_classes[:SHOWN_CHANGES]),
    }


def _groups(choices: Iterable[Choice]) -> list[dict[str, Any]]:
    """The choices by what they ask, in the order of first asking."""
    groups: dict[ChoiceGroup, list[str]] = {}
    for choice in choices:
        groups.setdefault(choice.group, []).append(choice.key)
    return [asdict(group) | {"keys": keys} for group, keys in groups.items()]


def error_rows(log: ImportLog) -> dict[str, tuple[int, ...]]:
    """The rows by sheet that errors belong to; faults of a heading or a whole sheet belong to no row."""
    rows: dict[str, set[int]] = {}
    for found in log.of(Level.ERROR):
        if found.row is not None and not found.code.startswith("column_"):
            rows.setdefault(found.sheet, set()).add(found.row)
    return {sheet: tuple(sorted(numbers)) for sheet, numbers in rows.items()}


def _finding(found: FoldedFinding) -> dict[str, Any]:
    return {
        "level": str(found.first.level),
        **found.first.as_dict(),
        "rows": found.rows_text,
        "values": list(found.values),
        "count": found.count,
    }
