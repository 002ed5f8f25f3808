"""How many texts in need of an adult are found, how many harmless ones are asked about, how long a look takes.

    .venv/bin/python bench/danger_words.py [FILE …] [--misses]

Each line of a FILE is a JSON object with `level` (today, watch, none), `kind`, `style`, `text`. Rates alone are
printed; `--misses` prints the texts too.
"""

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Literal, TypedDict

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from figures import Figure, note

from records.danger import Level, look

CORPUS = Path(__file__).resolve().parents[1] / "tests/records/danger/corpus"
LEVELS = {"today": Level.TODAY, "watch": Level.WATCH, "none": Level.NONE}
ROUNDS = 5


class Case(TypedDict):
    """One invented text and what somebody who had not seen the rules said of it."""

    id: str
    level: str
    kind: str
    style: str
    text: str


def read(files: list[Path]) -> list[Case]:
    """The cases of `files`, in their order."""
    return [
        json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def is_right(case: Case) -> bool:
    """Whether a text for today is found as such, one to watch asked about at all, a harmless one left alone."""
    level = look(case["text"]).level
    if case["level"] == "watch":
        return level is not Level.NONE
    return level is LEVELS[case["level"]]


def rates(cases: list[Case], key: Literal["style", "kind"]) -> list[tuple[str, str, int, int]]:
    """By level and `key`: how many are right, of how many."""
    total = Counter((case["level"], case[key]) for case in cases)
    right = Counter((case["level"], case[key]) for case in cases if is_right(case))
    return [(level, value, right[level, value], count) for (level, value), count in sorted(total.items())]


def milliseconds(cases: list[Case]) -> float:
    """Processor time of one look, the best of some rounds."""
    spent = []
    for _ in range(ROUNDS):
        start = time.process_time()
        for case in cases:
            look(case["text"])
        spent.append(time.process_time() - start)
    return min(spent) * 1000 / len(cases)


def main() -> None:
    """Print the rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, default=[CORPUS / "open.jsonl"])
    parser.add_argument("--misses", action="store_true", help="print the texts that are not read as they should be")
    options = parser.parse_args()
    cases = read(options.files)
    keys: tuple[Literal["style", "kind"], ...] = ("style", "kind")
    for key in keys:
        for level, value, right, count in rates(cases, key):
            print(f"{level:6} {value:16} {right:3} of {count:3}")
        print()
    for level in LEVELS:
        some = [case for case in cases if case["level"] == level]
        right = sum(map(is_right, some))
        print(f"{level:6} {right:3} of {len(some):3} {right / max(len(some), 1):7.1%}")
        note(Figure(f"texts read as they should be: {level}", 100 * right / max(len(some), 1), "%"))
    watched = [case for case in cases if case["level"] == "watch"]
    print("watch read as today:", sum(look(case["text"]).is_today for case in watched), "of", len(watched))
    print("harmless asked about:", sum(bool(look(case["text"])) for case in cases if case["level"] == "none"))
    each = milliseconds(cases)
    print(f"{each:.2f} ms of processor a text")
    note(Figure("a text, processor", each, "ms"))
    if options.misses:
        for case in cases:
            if not is_right(case):
                found = look(case["text"])
                phrases = [case["text"][mark.start : mark.end] for mark in found.marks]
                print(case["id"], case["level"], "→", found.level.name, case["kind"], phrases, case["text"])


if __name__ == "__main__":
    main()
