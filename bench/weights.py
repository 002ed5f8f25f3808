"""Learn what the words of a text weigh, for words of danger or for letters, and how well that holds for other sets.

    .venv/bin/python bench/weights.py {danger,letters} [--folds FILE …] [--write]

`--folds` leaves each FILE out once, learns from all other files, and prints what would be found in the FILEs and marked
of their harmless texts, together, by two bounds. `--write` learns from all and writes the weights. A logistic
regression with a penalty for each kind of judgement. What a file says of a letter is true of one of its sentences: at
first the one that a rule finds, afterwards the one that weighs most.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import danger_words
import letter_checks

from records.danger import weighing as danger
from records.danger.look import held
from records.letters.checks import LetterText
from records.letters.checks import weighing as letters
from records.letters.checks.check import ruled
from tests.records.lettercheck import cases, good_letters

#: Never learnt from: what was set aside.
ASIDE = "aside"
#: What stands in fewer texts than `RARE` has no weight; how often the weightiest sentences are sought.
RARE, TURNS = 2, 4
#: Hundredths that are not worth their place, of ones and twos, and of threes.
LIGHT, LIGHT_THREE = 5, 10

Floats = NDArray[np.float64]
#: The bounds that are tried: asked and today; shown and harmless.
_DANGER_BOUNDS = ((50, 60, 65, 70, 80), (-200, -150, -100, -50))
_LETTER_BOUNDS = ((-50, -25, 0, 25, 50, 75), (300, 400, 500), (200, 250, 300, 350, 400, 500))


@dataclass(frozen=True)
class Sentence:
    """What a sentence, or a card, holds, the kinds that a rule finds in it, and those that no weight takes away."""

    held: frozenset[str]
    ruled: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()


#: A sentence, what it weighs by kind, and what of that is there before any word.
Weighed = tuple[Sentence, dict[str, int], dict[str, int]]


@dataclass(frozen=True)
class Text:
    """A text in sentences, the kinds that somebody who had not seen the rules said of it, and where it lies."""

    kinds: frozenset[str]
    sentences: tuple[Sentence, ...]
    file: Path
    side: str


@dataclass(frozen=True)
class Subject:
    """What is learnt: the kinds, how far rare kinds are evened out, the penalty, how much signs and threes count."""

    kinds: tuple[str, ...]
    texts: tuple[Text, ...]
    evened: float
    path: Path
    penalty: float
    slighter: float


def _known(corpus: Path) -> list[Path]:
    return [file for file in sorted(corpus.glob("*.jsonl")) if not file.stem.startswith(ASIDE)]


def of_danger() -> Subject:
    """Cards, talks, replies: is an adult needed today, is anybody to be asked at all?"""
    kinds = {"today": {"today", "asked"}, "watch": {"asked"}, "none": set[str]()}
    texts = [
        Text(frozenset(kinds[case["level"]]), (Sentence(held(case["text"])),), file, case["level"])
        for file in _known(danger_words.CORPUS)
        for case in danger_words.read([file])
    ]
    return Subject(("asked", "today"), tuple(texts), 1.0, danger.WEIGHTS, 2.0, 0.7)


def of_letters() -> Subject:
    """Letters: which kinds of what should not go out does one of their sentences sound of?"""
    kinds = tuple(str(check) for check in letters.SOUNDS)
    texts = []
    for file in _known(letter_checks.CORPUS):
        for letter in letter_checks.letters_of([file]):
            right = letter_checks.RIGHT.get(letter["kind"], frozenset())
            kind = next((str(check) for check in letters.SOUNDS if check in right), "")
            texts.append(
                Text(
                    frozenset({kind, letters.BAD} if kind else ()),
                    tuple(_sentences(letter)),
                    file,
                    "bad" if kind else letter["kind"],
                )
            )
    texts += list(_named(kinds))
    return Subject((*kinds, letters.BAD), tuple(texts), 0.25, letters.WEIGHTS, 3.0, 1.0)


def _named(kinds: tuple[str, ...]) -> Iterable[Text]:
    """The good letters, and the cases by name: plain words in short sentences."""
    for body in good_letters.GOOD_LETTERS:
        letter = {"pupil": cases.PUPIL, "others": (), "gender": "", "teachers": [], "previous": ""}
        sentences = tuple(_sentences({**letter, "body": body, "advice": ""}))
        yield Text(frozenset(), sentences, Path(good_letters.__file__), "harmless")
    file = Path(cases.__file__)
    for named, kind in [(named, kind) for kind in cases.FOUND for named in (cases.FOUND, cases.SILENT)]:
        for case in named[kind]:
            body = case if isinstance(case, str) else case[0]
            letter = {"pupil": cases.PUPIL, "others": cases.OTHERS, "body": body, "advice": ""}
            told = frozenset({str(kind), letters.BAD} if named is cases.FOUND and str(kind) in kinds else ())
            if told or named is cases.SILENT:
                side = "bad" if told else "harmless"
                yield Text(
                    told, tuple(_sentences({"gender": "", "teachers": [], "previous": "", **letter})), file, side
                )


def _sentences(letter: dict[str, Any]) -> Iterable[Sentence]:
    context = letter_checks.context_of(letter)
    found = ruled(LetterText(letter["body"], letter["advice"]), context)
    for field in ("body", "advice"):
        text = letter[field]
        for span, names in letters.sounding(text, context):
            inside = [one for one in found if one.field == field and one.start is not None and span.holds(one.start)]
            exact = frozenset(str(one.code) for one in inside if letters.is_exact(one, text))
            yield Sentence(names, frozenset(str(one.code) for one in inside), exact)


class Table:
    """The sentences of some texts as numbers."""

    def __init__(self, texts: Sequence[Text], subject: Subject) -> None:
        self.texts, self.subject = texts, subject
        self.rows = [sentence for text in texts for sentence in text.sentences]
        ends = np.cumsum([0, *(len(text.sentences) for text in texts)])
        self.bags = [range(start, end) for start, end in pairwise(ends.tolist())]
        counts = Counter(name for row in self.rows for name in row.held)
        self.names = sorted(name for name, count in counts.items() if count >= RARE)
        index = {name: place for place, name in enumerate(self.names)}
        self.scale = np.array([1.0 if len(name) < 3 else subject.slighter for name in self.names])
        places = [sorted(index[name] for name in row.held if name in index) for row in self.rows]
        rows = np.repeat(np.arange(len(places)), [len(row) for row in places])
        columns = np.array([place for row in places for place in row], dtype=np.int64)
        self.held = sparse.csr_matrix((self.scale[columns], (rows, columns)), shape=(len(self.rows), len(self.names)))

    def learnt(self, kind: str) -> Floats:
        """The weights of the names for `kind`, the bias last."""
        told = [bag for bag, text in zip(self.bags, self.texts, strict=True) if kind in text.kinds and bag]
        heard = np.array([float(kind in row.ruled or (kind == letters.BAD and bool(row.ruled))) for row in self.rows])
        weights = np.zeros(len(self.names) + 1)
        for turn in range(TURNS if any(len(bag) > 1 for bag in told) else 1):
            used, side = np.ones(len(self.rows), dtype=bool), np.full(len(self.rows), -1.0)
            for bag in told:
                best = max(bag, key=heard.__getitem__)
                if turn == 0 and len(bag) > 1 and heard[best] <= 0:
                    used[bag] = False
                else:
                    side[best] = 1.0
            weights = self._fitted(used, side)
            heard = self.held @ weights[:-1] + weights[-1]
        return weights

    def _fitted(self, used: NDArray[np.bool_], side: Floats) -> Floats:
        held, side = self.held[used], side[used]
        turned = held.T.tocsr()
        share = np.where(side > 0, ((side < 0).sum() / max((side > 0).sum(), 1)) ** self.subject.evened, 1.0)
        share *= len(side) / share.sum()

        def loss(weights: Floats) -> tuple[float, Floats]:
            sums = side * (held @ weights[:-1] + weights[-1])
            pull = -side * share / (1 + np.exp(np.clip(sums, -50, 50)))
            slope = np.append(turned @ pull + self.subject.penalty * weights[:-1], pull.sum())
            return float(share @ np.logaddexp(0, -sums) + self.subject.penalty / 2 * weights[:-1] @ weights[:-1]), slope

        start = np.zeros(held.shape[1] + 1)
        fitted: Floats = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 300}).x
        return fitted

    def rows_of(self) -> tuple[tuple[int, ...], dict[str, list[list[int]]]]:
        """The bias of each kind, and by name each kind's place and what the name weighs for it; in hundredths."""
        learnt = np.array([self.learnt(kind) for kind in self.subject.kinds])
        whole = np.rint(np.column_stack([learnt[:, :-1] * self.scale, learnt[:, -1]]) * 100).astype(int)
        columns = zip(self.names, whole[:, :-1].T.tolist(), strict=True)
        weights = {
            name: [
                [place, weight]
                for place, weight in enumerate(column)
                if abs(weight) >= (LIGHT_THREE if len(name) == 3 else LIGHT)
            ]
            for name, column in columns
        }
        return tuple(whole[:, -1].tolist()), {name: pairs for name, pairs in weights.items() if pairs}

    def scales(self) -> danger.Scales:
        """What `rows_of` says, as the product weighs by it."""
        bias, rows = self.rows_of()
        return danger.Scales(self.subject.kinds, bias, {name: danger.packed(pairs) for name, pairs in rows.items()})


def folds(subject: Subject, files: Sequence[Path]) -> None:
    """Print what would be found in `files`, each weighed without what was learnt from it, by the bounds on the sums."""
    apart = {file.resolve() for file in files}
    results: list[tuple[Text, list[Weighed]]] = []
    for file in sorted(apart):
        rest, own = (
            [text for text in subject.texts if (text.file.resolve() == file) is here] for here in (False, True)
        )
        scales = Table(rest, subject).scales()
        bias = dict(zip(scales.kinds, scales.bias, strict=True))
        results += [(text, [(one, scales.sums(one.held), bias) for one in text.sentences]) for text in own]
    is_danger = subject.path == danger.WEIGHTS
    for bounds in product(*(_DANGER_BOUNDS if is_danger else _LETTER_BOUNDS)):
        answers = (
            _of_card(sums[0], *bounds) if is_danger else _of_letter(text, sums, *bounds) for text, sums in results
        )
        counts = Counter((text.side, answer) for (text, _sums), answer in zip(results, answers, strict=True))
        print(*bounds, " ".join(f" {side} {answer} {count:4}" for (side, answer), count in sorted(counts.items())))


def _of_card(weighed: Weighed, asked: int, today: int) -> str:
    _card, heard, _bias = weighed
    return "none" if heard["asked"] <= asked else "today" if heard["today"] > today else "watch"


def _of_letter(text: Text, weighed: list[Weighed], shown: int, harmless: int, bad: int) -> str:
    found = {
        kind
        for sentence, heard, bias in weighed
        for kind, total in heard.items()
        if kind != letters.BAD
        if kind in sentence.exact
        or total > shown
        or (heard[letters.BAD] > bad and total == max(heard[kind] for kind in letters.SOUNDS))
        or (kind in sentence.ruled and total - bias[kind] >= min(harmless, letters.A_NAME * len(sentence.held)))
    }
    return "right" if text.kinds and found >= text.kinds - {letters.BAD} else "marked" if found else "silent"


def main() -> None:
    """Learn, and print or write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("subject", choices=("danger", "letters"))
    parser.add_argument("--folds", nargs="+", type=Path, default=[], metavar="FILE")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    subject = of_danger() if options.subject == "danger" else of_letters()
    if options.folds:
        folds(subject, options.folds)
    if options.write:
        bias, known = Table(subject.texts, subject).rows_of()
        head = {"kinds": subject.kinds, "bias": bias}
        rows = ",\n".join(
            f"{json.dumps(name, ensure_ascii=False)}:{json.dumps(row, separators=(',', ':'))}"
            for name, row in known.items()
        )
        subject.path.write_text(f'{json.dumps(head)[:-1]}, "weights": {{\n{rows}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
