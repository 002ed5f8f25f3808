"""What the apps to the right plug in: how an item of a kind of job is done, and what follows when all are
done.

A handler computes outside of any transaction and returns an `Outcome`; `jobs.services` writes it together
with the state of the item, or drops it when another worker was first or the job was cancelled.
"""

import re
import shutil
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from django.db.models.fields.files import FieldFile

from accounts.enums import Role
from core.errors import DomainError
from jobs.models import Job, JobItem

#: The task that works at a job: of papers, which take minutes; and of what takes seconds while somebody waits for it.
#: They go to different workers (`CELERY_TASK_ROUTES`), and either can do any job.
RUN: Final = "jobs.run"
RUN_SOON: Final = "jobs.run_soon"


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to be created: `payload` holds keys only, `label` is shown to the user."""

    payload: dict[str, Any]
    label: str = ""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be kept: bytes, or a path (for large ones) that need only exist until the outcome is stored.

    `name` is the human name with its folder, best made by `file_name`. `final` files are for the user;
    the others are parts for the job's last step and vanish after it.
    """

    name: str
    content: bytes | Path
    content_type: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an item or the last step brought: files, and rows to write together with the state."""

    files: Sequence[NewFile] = ()
    write: Callable[[], object] | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """The surroundings of the last step: a folder that vanishes after it, and how to tell the progress."""

    folder: Path
    progress: Callable[[int, int], None]


class RunItem(Protocol):
    """Does one item. A `DomainError` fails it at once with its sentence; any other error is tried again."""

    def __call__(self, item: JobItem, /) -> Outcome | None: ...


class Finish(Protocol):
    """Runs once after all items are settled, at least one of them done: the ZIP, the merged PDF."""

    def __call__(self, job: Job, step: Step, /) -> Outcome | None: ...


@dataclass(frozen=True, slots=True)
class Handler:
    """All about one kind of job."""

    kind: str
    title: str
    run_item: RunItem
    finish: Finish | None = None
    # The creator must still hold one of these to download; empty: being the creator is enough.
    roles: frozenset[Role] = field(default_factory=frozenset)
    # What tells two jobs of the kind apart: 空白手写 · 一个 PDF.
    describe: Callable[[dict[str, Any]], str] | None = None
    task: str = RUN


_handlers: dict[str, Handler] = {}


def register(
    kind: str,
    *,
    title: str,
    run_item: RunItem,
    finish: Finish | None = None,
    roles: Iterable[Role] = (),
    describe: Callable[[dict[str, Any]], str] | None = None,
    task: str = RUN,
) -> None:
    """Make a kind of job known; called in `AppConfig.ready` of the app that owns it. `task` wakes its workers.

    Raises ValueError when another handler has the kind already.
    """
    handler = Handler(kind, title, run_item, finish, frozenset(roles), describe, task)
    if _handlers.setdefault(kind, handler) != handler:
        raise ValueError(f"job kind {kind!r} is registered twice")


def handler_for(kind: str) -> Handler:
    """The handler of `kind`. Raises DomainError `unknown_job_kind`."""
    handler = _handlers.get(kind)
    if handler is None:
        raise DomainError("unknown_job_kind", "系统不认识这种任务，可能正在升级。请稍后重新提交。")
    return handler


def task_of(kind: str) -> str:
    """The task that wakes workers for a job of `kind`; for a kind that nobody knows (an upgrade) as for all."""
    return _handlers[kind].task if kind in _handlers else RUN


def described(job: Job) -> str:
    """How the job was asked for, by its `params`; empty where its kind does not tell."""
    handler = _handlers.get(job.kind)
    return handler.describe(job.params) if handler is not None and handler.describe is not None else ""


_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f\\/:*?"<>|]')


def file_name(*parts: str) -> str:
    """Join folder and file names so that every system can unpack them: `五1班/张三-成长寄语.pdf`.

    Slashes inside of a part, control characters and what Windows refuses become `_`; a part keeps at most 60
    characters, the last one with its ending.
    """
    cleaned: list[str] = []
    for part in parts:
        plain = _FORBIDDEN.sub("_", part).strip(" .") or "_"
        stem, dot, ending = plain.rpartition(".")
        if len(plain) > 60:
            plain = f"{stem[: 59 - len(ending)]}.{ending}" if dot and len(ending) <= 5 else plain[:60]
        cleaned.append(plain)
    return "/".join(cleaned)


def zip_parts(job: Job, step: Step, *, name: str) -> NewFile:
    """All parts of the job as one ZIP named `name`, in the order of their names, with progress.

    Two parts of one name (two children of one name in a class) both stay: the second gets `（2）`.
    """
    parts = job.files.filter(final=False).order_by("name", "item__position")
    total = parts.count()
    named = ((part.name, part.file) for part in parts.iterator(chunk_size=200))
    return _zipped(named, step, name=name, total=total)


def zip_results(job: Job, step: Step, *, name: str, further: Sequence[NewFile]) -> NewFile:
    """What the job hands out already and the `further` files (with paths) that are about to be, as one ZIP."""
    ready = [(row.name, row.file) for row in job.files.filter(final=True).order_by("item__position", "pk")]
    made = [(new.name, new.content) for new in further if isinstance(new.content, Path)]
    return _zipped([*ready, *made], step, name=name, total=len(ready) + len(made))


def _zipped(sources: Iterable[tuple[str, FieldFile | Path]], step: Step, *, name: str, total: int) -> NewFile:
    path = step.folder / "parts.zip"
    taken: set[str] = set()
    # PDFs are compressed already: packing them again costs time and saves nothing.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number, (stored, content) in enumerate(sources, start=1):
            with content.open("rb") as source, archive.open(_untaken(stored, taken), "w") as target:
                shutil.copyfileobj(source, target)
            step.progress(number, total)
    return NewFile(name, path, "application/zip", final=True)


def _untaken(name: str, taken: set[str]) -> str:
    # Windows and macOS do not tell upper from lower case.
    stem, dot, ending = name.rpartition(".")
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{stem}（{number}）.{ending}" if dot else f"{name}（{number}）"
    taken.add(candidate.casefold())
    return candidate
