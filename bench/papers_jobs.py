"""Ordering papers in bench/papers.py as a school does: rows, broker, storage, two worker processes. Wants Django."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connections
from papers_school import Built

from jobs.enums import JobState
from jobs.models import Job, ResultFile
from records.enums import Bundle
from records.papers.printing import order_books, order_letters

WORKERS = ("one", "two")
SCRIPT = Path(__file__).resolve().parent / "papers_worker.py"
LOOK_EVERY = 0.05
PATIENCE = 7200.0


def letters_ordered(built: Built, *, merged: bool) -> Job:
    """The order that is measured: all letters of the school's term as one PDF, or as a ZIP with a file for each."""
    bundle = Bundle.MERGED if merged else Bundle.ZIP
    return order_letters(actor=built.actor(), term=built.term(), bundle=bundle)


def books_ordered(built: Built, *, merged: bool) -> Job:
    """The order that is measured: the record books of all mentors of the school, in a ZIP or as one PDF."""
    return order_books(actor=built.actor(), year=built.year(), bundle=Bundle.MERGED if merged else Bundle.ZIP)


@dataclass(frozen=True, slots=True)
class Done:
    """A job that is over: seconds from the order to the finished file, seconds of processor that the workers spent on
    it, PDF files set for it, and the results: the first one's path, their size together and their number.
    """

    seconds: float
    processor: float
    files_set: int
    path: Path
    size: int
    results: int


@dataclass(slots=True)
class Workers:
    """Two running workers."""

    folder: Path
    processes: list[subprocess.Popen[bytes]]

    def run(self, order: Callable[[], Job], look: Callable[[Job], None] = lambda job: None) -> Done:
        """Order, wait, `look` now and then, and return what came of it. Raises RuntimeError if anything failed."""
        before, busy = self._files_set(), self._processor()
        began = time.perf_counter()
        job = order()
        while not (job.is_finished or time.perf_counter() - began > PATIENCE):
            time.sleep(LOOK_EVERY)
            if any(process.poll() is not None for process in self.processes):
                raise RuntimeError("a worker ended")
            job.refresh_from_db()
            look(job)
        seconds = time.perf_counter() - began
        if job.state != JobState.DONE or job.failed_count:
            raise RuntimeError(f"the job ended as {job.state} with {job.failed_count} failures: {job.message}")
        results = list(ResultFile.objects.filter(job=job, final=True).order_by("name"))
        size = sum(result.size for result in results)
        path = Path(results[0].file.path)
        return Done(seconds, self._processor() - busy, self._files_set() - before, path, size, len(results))

    def peaks(self, field: str = "VmHWM") -> list[int]:
        """The most memory that each worker has had since it started (with `VmRSS`, what it has now), in MB."""
        found = []
        for process in self.processes:
            status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
            line = next(line for line in status.splitlines() if line.startswith(field))
            found.append(int(line.split()[1]) // 1024)
        return found

    def _processor(self) -> float:
        ticks = 0
        for process in self.processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])  # utime and stime, counted from the state
        return ticks / os.sysconf("SC_CLK_TCK")

    def _files_set(self) -> int:
        return sum(path.stat().st_size for path in self.folder.glob("set-*"))


@contextmanager
def workers(folder: Path) -> Iterator[Workers]:
    """Two fresh workers, warm and idle; they are stopped at the end. Raises RuntimeError if they do not start."""
    for path in (*folder.glob("set-*"), *folder.glob("ready-*")):
        path.unlink()
    log = folder / "workers.log"
    with log.open("ab") as output:
        processes = [
            subprocess.Popen([sys.executable, SCRIPT, name, folder], stdout=output, stderr=subprocess.STDOUT)
            for name in WORKERS
        ]
    try:
        until = time.monotonic() + 120
        while len(list(folder.glob("ready-*"))) < len(WORKERS):
            if time.monotonic() > until or any(process.poll() is not None for process in processes):
                raise RuntimeError("the workers did not start")
            time.sleep(0.1)
        time.sleep(1)
        yield Workers(folder, processes)
    except BaseException:
        print(log.read_text(encoding="utf-8", errors="replace")[-4000:], file=sys.stderr)
        raise
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Stage:
    """The state of an installation before any paper was made, brought back before each measurement."""

    def __init__(self, var: Path, kept: Path) -> None:
        """Keep what `var` holds now in the folder `kept`."""
        self._var, self._kept = var, kept
        connections.close_all()
        shutil.copytree(var, kept)

    def bring_back(self) -> None:
        """Database, files and queue as they were; no worker may be running."""
        connections.close_all()
        for path in self._var.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        shutil.copytree(self._kept, self._var, dirs_exist_ok=True)
