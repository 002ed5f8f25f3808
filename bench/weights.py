"""Learn what the signs and characters of a text weigh, and how well that holds for texts not learnt from.

    .venv/bin/python bench/danger_weights.py [--folds FILE …] [--write]

`--folds` sets a fifth of the FILEs aside five times, learns from the rest and all other texts, and prints the rates of
the fifths together; `--write` learns from all and writes `records/danger/weights.json`. A logistic regression with a
penalty, each class weighing the same: the sum is above nought where the level is likelier than not.
"""

import argparse
import json
import math
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.danger_words import CORPUS, Case, read
from records.danger import weighing
from records.danger.exceptions import blanked
from records.danger.reading import lay_out

WEIGHTS = Path(weighing.__file__).with_name("weights.json")
LEVELS = {"today": {"today"}, "asked": {"today", "watch"}}
#: How closely the weights follow the texts; what stands in fewer texts than `RARE` has none.
CLOSENESS, RARE, ROUNDS, FOLDS = 0.05, 2, 400, 5


@dataclass(frozen=True)
class Row:
    """What a text holds, and the level somebody gave it."""

    level: str
    held: tuple[str, ...]


def row(case: Case) -> Row:
    """The case as it is learnt from."""
    return Row(case["level"], tuple(sorted(weighing.features(blanked(lay_out(case["text"]).text)))))


def learnt(rows: list[Row], levels: set[str]) -> dict[str, int]:
    """Weights in hundredths, by steps of falling gradient with momentum from nought."""
    counts = Counter(name for one in rows for name in one.held)
    names = sorted(name for name, count in counts.items() if count >= RARE)
    index = {name: place for place, name in enumerate(names)}
    texts = [[index[name] for name in one.held if name in index] for one in rows]
    right = [1 if one.level in levels else -1 for one in rows]
    share = {side: CLOSENESS * len(rows) / (2 * right.count(side)) for side in (1, -1)}
    step = 1 / (1 + sum(share[side] * len(text) for side, text in zip(right, texts, strict=True)) / 4)
    weights, ahead = [0.0] * len(names), [0.0] * len(names)
    for turn in range(ROUNDS):
        slope = list(ahead)
        slope[index["bias"]] = 0.0
        for side, text in zip(right, texts, strict=True):
            wrong = share[side] * side / (1 + math.exp(side * sum(ahead[place] for place in text)))
            for place in text:
                slope[place] -= wrong
        moved = [weight - step * one for weight, one in zip(ahead, slope, strict=True)]
        pace = turn / (turn + 3)
        ahead = [new + pace * (new - old) for new, old in zip(moved, weights, strict=True)]
        weights = moved
    return {name: value for name, weight in zip(names, weights, strict=True) if (value := round(weight * 100))}


def folds(known: list[Row], cases: list[Row]) -> None:
    """Print by level what share of `cases` is above some sums, each learnt from without its own fifth."""
    sums: dict[str, dict[str, list[int]]] = {level: {"today": [], "watch": [], "none": []} for level in LEVELS}
    for fold in range(FOLDS):
        rest = known + [one for place, one in enumerate(cases) if place % FOLDS != fold]
        for level, levels in LEVELS.items():
            weights = learnt(rest, levels)
            for one in cases[fold::FOLDS]:
                sums[level][one.level].append(sum(weights.get(name, 0) for name in one.held))
    for level, found in sums.items():
        for least in range(-40, 61, 10):
            shares = (
                f"{truth} {sum(one > least for one in values):3} of {len(values):3}" for truth, values in found.items()
            )
            print(f"{level:6} above {least:4}  ", "   ".join(shares))


def main() -> None:
    """Learn, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", nargs="+", type=Path, default=[], metavar="FILE")
    parser.add_argument("--without", nargs="+", type=Path, default=[], metavar="FILE", help="learn nothing from these")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    # Never learnt from: what was set aside before the rules were made, and what was written to try them afterwards.
    tried = [CORPUS / "apart.jsonl", CORPUS / "sixth.jsonl"]
    apart = {path.resolve() for path in [*options.folds, *options.without, *tried]}
    known = [
        row(case) for case in read([path for path in sorted(CORPUS.glob("*.jsonl")) if path.resolve() not in apart])
    ]
    if options.folds:
        folds(known, [row(case) for case in read(options.folds)])
    if options.write:
        weights = {level: learnt(known, levels) for level, levels in LEVELS.items()}
        WEIGHTS.write_text(json.dumps(weights, ensure_ascii=False, indent=0, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
