"""How long a school's papers take, beside bare WeasyPrint and beside a mail merge in LibreOffice, in the same run.

    .venv/bin/python bench/papers.py [--rounds N] [--only letters|books] [--quick]

Letters: a school of 20 classes of 45 pupils, all letters different. The floor is WeasyPrint setting the very same HTML
as one document in one process (`papers_floor.py`). "Ours" is one job from the order to the finished file, through rows,
broker and storage, done by two `celery worker --pool solo` on the file-system broker as `script/server` starts them: as
one PDF and as a ZIP of 900, with nothing made before, and then "again" with everything made before. "LibreOffice" is a
mail merge from one `.docx` and its export as PDF (`papers_office.py`). The order changes from round to round; each
result is read back in the first. The processor's time stands beside the clock's: on a busy machine two workers do not
get two cores.

Books: 60 record books of 15 pupils with a term of notes, then 600: seconds, and the peak of memory of the workers,
which is also told on the way; in between, one note is changed and the 60 are ordered again. Their floor is one bare
process that sets 60 of them one after the other; ten times its time stands for 600. Each number is then ordered as one
PDF (in volumes) by fresh workers, from the books already made: what remains is putting them together. All in an empty
SQLite database in a temporary folder. `--quick` makes a tenth of everything. Without LibreOffice its lines are missing.
"""

import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from figures import Figure, note
from setting import set_up

if TYPE_CHECKING:
    from papers_jobs import Stage, Workers
    from papers_school import Built

    from jobs.models import Job
    from records.contexts import Letter

#: As many as bench/papers_jobs.py starts.
WORKERS = 2
HERE = Path(__file__).resolve().parent
CLASSES, BOOKS, MANY_BOOKS, ROUNDS = 20, 60, 600, 3
#: Ours against the floor, as one PDF and as a ZIP; ours against LibreOffice; 600 books' memory against 60's.
WANTED_OF_FLOOR, WANTED_ZIP_OF_FLOOR, WANTED_OF_OFFICE, WANTED_GROWTH = 0.4, 0.6, 1.0, 1.1
#: Ours against the floor, for books.
WANTED_BOOKS_OF_FLOOR = 0.7
#: The ways to 900 letters.
FLOOR, ONE, ZIP, OFFICE = "bare WeasyPrint", "ours, one PDF", "ours, ZIP", "LibreOffice"
STARTED = f"{OFFICE} with its start"
#: Debian's own Python, which has `uno`.
OFFICE_PYTHON = "/usr/bin/python3"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--only", choices=("letters", "books"))
    parser.add_argument("--quick", action="store_true", help="a tenth of everything")
    options = parser.parse_args()
    part = 10 if options.quick else 1
    print(
        f"load average {os.getloadavg()[0]:.2f}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"WeasyPrint {version('weasyprint')}"
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        set_up(Path(folder) / "var")
        (Path(folder) / "run").mkdir()
        if options.only != "books":
            letters = Letters(Path(folder), CLASSES // part)
            letters.measure(options.rounds)
            note(*letters.figures())
        if options.only != "letters":
            _measure_books(Path(folder), (BOOKS // part, MANY_BOOKS // part))


class Letters:
    """The letters of one school, made in three ways."""

    def __init__(self, folder: Path, classes: int) -> None:
        from papers_school import build_letter_school  # noqa: PLC0415 - Django is set up only now

        began = time.perf_counter()
        self._folder = folder
        self._built = build_letter_school(classes)
        self._letters = _contexts(self._built)
        self._stage = _stage(folder, "letters")
        self._spent: dict[str, list[float]] = {}
        self._busy: dict[str, list[float]] = {}
        print(f"\n{len(self._letters)} letters of {classes} classes (written in {time.perf_counter() - began:.1f} s)")

    def measure(self, rounds: int) -> None:
        """Print each round, the medians and the ratios."""
        ways: list[Callable[[bool], None]] = [self._floor, partial(self._ours, True), partial(self._ours, False)]
        if _has_office():
            ways.append(self._office)
        else:
            print("LibreOffice is missing: apt-get install --no-install-recommends libreoffice-writer libreoffice-base "
                  "python3-uno")  # fmt: skip
        for number in range(rounds):
            turn = number % len(ways)
            for way in ways[turn:] + ways[:turn]:
                way(number == 0)
            each = "; ".join(f"{name} {seconds[-1]:.2f}" for name, seconds in self._spent.items())
            print(f"round {number + 1} (load {os.getloadavg()[0]:.1f}), s: {each}", flush=True)
        median = {name: statistics.median(spent) for name, spent in self._spent.items()}
        print(f"\n{'':<36}{'median':>9}{'best':>9}{'worst':>9}{'processor':>12}")
        for name, spent in self._spent.items():
            busy = f"{statistics.median(self._busy[name]):>10.2f} s" if name in self._busy else ""
            print(f"{name:<36}{median[name]:>7.2f} s{min(spent):>7.2f} s{max(spent):>7.2f} s{busy}")
        self._ratio(ONE, FLOOR, f"at most {WANTED_OF_FLOOR}")
        self._ratio(ZIP, FLOOR, f"at most {WANTED_ZIP_OF_FLOOR}")
        if OFFICE in median:
            self._ratio(ONE, OFFICE, f"under {WANTED_OF_OFFICE}")
            self._ratio(ZIP, OFFICE)
            self._ratio(ONE, STARTED)
        for name in (ONE, ZIP):
            self._ratio(f"{name}, again", name)

    def figures(self) -> Iterator[Figure]:
        """The letters against the floor: by the clock, and what of the processor each of the two workers takes."""
        for name, times in ((ONE, WANTED_OF_FLOOR), (ZIP, WANTED_ZIP_OF_FLOOR)):
            what = f"{len(self._letters)} letters, {name}"
            clock, busy, bare, bare_busy = (
                statistics.median(taken[way]) for way in (name, FLOOR) for taken in (self._spent, self._busy)
            )
            yield from _against(what, clock, busy, bare, bare_busy, times=times)

    def _ratio(self, one: str, other: str, wanted: str = "") -> None:
        ratios = [a / b for a, b in zip(self._spent[one], self._spent[other], strict=True)]
        each = ", ".join(f"{ratio:.2f}" for ratio in ratios)
        wish = f"; wanted: {wanted}" if wanted else ""
        busy = ""
        if one in self._busy and other in self._busy:
            spent = [a / b for a, b in zip(self._busy[one], self._busy[other], strict=True)]
            busy = f"; processor {statistics.median(spent):.2f}"
        print(f"{f'{one} / {other}':<46}{statistics.median(ratios):>7.2f}  (each round {each}{busy}{wish})")

    def _note(self, name: str, seconds: float, processor: float | None = None) -> None:
        self._spent.setdefault(name, []).append(seconds)
        if processor is not None:
            self._busy.setdefault(name, []).append(processor)

    def _floor(self, check: bool) -> None:
        self._note(FLOOR, *_set_bare(_papers(self._letters), self._folder))
        if check:
            self._check(FLOOR, sorted(self._folder.glob("floor-*.pdf")))

    def _ours(self, merged: bool, check: bool) -> None:
        from papers_jobs import letters_ordered, workers  # noqa: PLC0415 - Django is set up only now

        name = ONE if merged else ZIP
        order = partial(letters_ordered, self._built, merged=merged)
        self._stage.bring_back()
        with workers(self._folder / "run") as crew:
            done = crew.run(order)
            self._note(name, done.seconds, done.processor)
            peaks = crew.peaks()
            again = crew.run(order)
            self._note(f"{name}, again", again.seconds, again.processor)
            if check:
                made = f"{done.size / 1e6:.1f} MB, {done.files_set} PDFs set, again {again.files_set}"
                print(f"{name}: {made}; peak memory of the workers {peaks} MB")
                for one in (done, again):
                    self._check(name, _unpacked(one.path, self._folder / "unpacked"))

    def _office(self, check: bool) -> None:
        folder = self._folder / "office"
        folder.mkdir(exist_ok=True)
        (folder / "letters.json").write_text(json.dumps([_row(letter) for letter in self._letters]), encoding="utf-8")
        done = subprocess.run(
            [OFFICE_PYTHON, HERE / "papers_office.py", folder], check=True, capture_output=True, text=True
        )
        spent = json.loads(done.stdout)
        self._note(f"{OFFICE}: merge", spent["build"])
        self._note(f"{OFFICE}: export", spent["convert"])
        self._note(OFFICE, spent["build"] + spent["convert"])
        self._note(STARTED, spent["start"] + spent["build"] + spent["convert"])
        if check:
            self._check(OFFICE, [folder / "letters.pdf"])

    def _check(self, who: str, files: list[Path]) -> None:
        """Every letter's whole text stands in the files, and no page too many. Raises AssertionError."""
        text, pages = "", 0
        for path in files:
            read = subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True, text=True).stdout
            text += _bare(read)
            pages += read.count("\f")
        missing = [x.pupil_name for x in self._letters if _bare(x.body) not in text]
        assert not missing, f"{who}: {len(missing)} letters are not whole, the first is {missing[0]}'s"
        print(f"{who}: {len(self._letters)} letters read back from {pages} pages")


def _set_bare(papers: list[dict[str, object]], folder: Path) -> tuple[float, float]:
    """Seconds by the clock and of processor that the floor takes; its files are `floor-*.pdf`."""
    source = folder / "floor.json"
    source.write_text(json.dumps(papers), encoding="utf-8")
    command: list[str | Path] = [sys.executable, HERE / "papers_floor.py", source, folder / "floor.pdf"]
    clock, busy = map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
    return clock, busy


def _against(what: str, clock: float, busy: float, bare: float, bare_busy: float, *, times: float) -> Iterator[Figure]:
    """Two workers that take `clock` and `busy` seconds against one bare process."""
    yield Figure(what, clock, "s", beside=bare, beside_what=FLOOR, times=times)
    each = f"{what}, a worker's processor"
    yield Figure(each, busy / WORKERS, "s", beside=bare_busy, beside_what=FLOOR, times=times)


def _bare(text: str) -> str:
    """Without blanks and line ends, which are another matter in a PDF."""
    return re.sub(r"\s", "", text)


def _contexts(built: "Built") -> list["Letter"]:
    """What the letters show, in handing-out order."""
    from records.papers.queries.letters import letter_contexts  # noqa: PLC0415 - Django is set up only now
    from records.papers.queries.print_lists import letters_for_print  # noqa: PLC0415 - as above

    actor = built.actor()
    return letter_contexts(letters_for_print(actor, built.term()), on=actor.today)


def _papers(letters: list["Letter"]) -> list[dict[str, object]]:
    """The manuscript of all letters, one for each design that occurs (one, in this school)."""
    from records.papers.documents.growth_letter import letter_manuscript  # noqa: PLC0415 - Django is set up only now

    papers: list[dict[str, object]] = []
    for design in dict.fromkeys(letter.design for letter in letters):
        paper = letter_manuscript([letter for letter in letters if letter.design == design])
        assert not paper.assets, "the floor has no pictures"
        papers.append({"html": paper.html, "recolour": dict(paper.recolour)})
    return papers


def _row(letter: "Letter") -> dict[str, str]:
    """One row of the mail merge."""
    from records.contexts import written_day  # noqa: PLC0415 - Django is set up only now
    from records.papers.documents.growth_letter import occasion_of  # noqa: PLC0415 - as above

    first, second, third = letter.body.split("\n")
    return {
        "school": letter.school.name,
        "title": letter.title,
        "name": letter.pupil_name,
        "term": occasion_of(letter),
        "p1": first,
        "p2": second,
        "p3": third,
        "advice_title": letter.advice_title if letter.advice else "",
        "advice": letter.advice,
        "mentor": "　".join(letter.mentors),
        "date": written_day(letter.on),
    }


def _unpacked(path: Path, folder: Path) -> list[Path]:
    """The PDF files of a result: itself, or what the ZIP holds."""
    if not zipfile.is_zipfile(path):
        return [path]
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder)
    return sorted(folder.rglob("*.pdf"))


def _has_office() -> bool:
    if shutil.which("soffice") is None or not Path(OFFICE_PYTHON).exists():
        return False
    return subprocess.run([OFFICE_PYTHON, "-c", "import uno"], check=False, capture_output=True).returncode == 0


def _stage(folder: Path, name: str) -> "Stage":
    from papers_jobs import Stage  # noqa: PLC0415 - Django is set up only now

    return Stage(folder / "var", folder / f"kept-{name}")


def _measure_books(folder: Path, numbers: tuple[int, int]) -> None:
    """Seconds and memory for few and many books, and how many of the few are set again after one changed note."""
    from papers_jobs import Done, books_ordered, workers  # noqa: PLC0415 - Django is set up only now
    from papers_school import build_book_school, change_one_note  # noqa: PLC0415 - as above

    peaks: dict[str, list[int]] = {"ZIP": [], "one PDF": []}
    few = min(numbers)

    def line(label: str, number: int, done: Done, peak: list[int]) -> None:
        a_book = f"{done.seconds / number:>7.2f} s{done.processor / number:>10.2f} s"
        made = f"{done.files_set:>6}{done.size / 1e6:>8.1f} MB in {done.results}"
        print(f"{label:<36}{done.seconds:>7.1f} s{a_book}{made}   {peak} MB", flush=True)

    head = f"{'time':>9}{'a book':>9}{'processor':>12}{'set':>6}{'files':>16}   workers' peak memory"
    print(f"\n{'record books of 15 pupils':<36}{head}")
    for number in numbers:
        built = build_book_school(number)
        bare = _set_bare(_books(built, few), folder)
        print(
            f"{f'{few} books, {FLOOR}':<36}{bare[0]:>7.1f} s{bare[0] / few:>7.2f} s{bare[1] / few:>10.2f} s", flush=True
        )
        with workers(folder / "run") as crew:
            now = Resting(crew, number)
            done = crew.run(partial(books_ordered, built, merged=False), now.look)
            peaks["ZIP"].append(max(crew.peaks()))
            line(f"{number} books, ZIP", number, done, crew.peaks())
            print(f"{'':<36}memory after {now}", flush=True)
            clock, busy = (one * number / few for one in bare)
            note(
                *_against(
                    f"{number} books, ZIP", done.seconds, done.processor, clock, busy, times=WANTED_BOOKS_OF_FLOOR
                )
            )
            if number == few:
                change_one_note(built)
                again = crew.run(partial(books_ordered, built, merged=False))
                line(f"{number} again, one note changed", number, again, crew.peaks())
        with workers(folder / "run") as crew:
            done = crew.run(partial(books_ordered, built, merged=True))
            peaks["one PDF"].append(max(crew.peaks()))
            line(f"{number} again, as one PDF", number, done, crew.peaks())
    for form, (least, most) in peaks.items():
        label = f"peak memory, {form}, {numbers[1]} / {numbers[0]}"
        note(
            Figure(
                f"{numbers[1]} books, {form}, peak memory", most, "MB", least, f"of {numbers[0]}", times=WANTED_GROWTH
            )
        )
        print(f"{label:<44}{most / least:.2f} (wanted: at most {WANTED_GROWTH})")


class Resting:
    """The memory of the workers after a sixth, a half and all of `number` papers, in words."""

    def __init__(self, crew: "Workers", number: int) -> None:
        self._crew, self._marks, self._said = crew, [number // 6, number // 2, number], list[str]()

    def look(self, job: "Job") -> None:
        """See whether the job has come to the next mark."""
        while self._marks and job.done_count >= self._marks[0]:
            self._said.append(f"{self._marks.pop(0)}: {self._crew.peaks('VmRSS')} MB")

    def __str__(self) -> str:
        return ", ".join(self._said)


def _books(built: "Built", number: int) -> list[dict[str, object]]:
    """The manuscripts of the first `number` books of a school."""
    from records.contexts import BookVersion  # noqa: PLC0415 - Django is set up only now
    from records.papers.documents.record_book import book_manuscript  # noqa: PLC0415 - as above
    from records.papers.queries.books import BookSource  # noqa: PLC0415 - as above
    from records.papers.queries.print_lists import mentors_for_print  # noqa: PLC0415 - as above

    actor, year = built.actor(), built.year()
    mentors = mentors_for_print(actor, year)[:number]
    source = BookSource(actor, year, mentors)
    books = (source.book(mentor, mask_phones=True, version=BookVersion.MIXED) for mentor in mentors)
    return [{"html": paper.html, "recolour": dict(paper.recolour)} for paper in map(book_manuscript, books)]


if __name__ == "__main__":
    main()
