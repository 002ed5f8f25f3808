"""How many letters that should not go out the checks find, how many harmless ones they mark, and how long it takes.

    .venv/bin/python bench/letter_checks.py [--misses] [FILES]

Without FILES the corpus of the tests. Each line of a file is one letter: kind (`harmless`, or what is wrong with it),
style (`plain`, `veiled`), pupil, gender, others, teachers, previous (an earlier letter), body and advice. A letter
counts as found if a check of its kind speaks; as a false alarm if a harmless one is marked at all. `--misses` prints
the letters that were missed and those wrongly marked; without it no text is printed.
"""

import argparse
import json
import re
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from figures import Figure, note

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from records.letters.checks import (  # noqa: E402 - the path above
    Alike,
    Check,
    CheckContext,
    Finding,
    LetterText,
    check_letter,
)
from records.letters.checks.likeness import ALIKE, nearest, ratio, shared_sentences, signature  # noqa: E402 - as above

CORPUS = ROOT / "tests" / "records" / "lettercheck" / "corpus"
FILES = (CORPUS / "bad.jsonl", CORPUS / "harmless.jsonl")
#: The checks that are right for a kind of fault.
RIGHT: dict[str, frozenset[Check]] = {
    "placeholder": frozenset({Check.PLACEHOLDER}),
    "pronoun": frozenset({Check.PRONOUN, Check.NO_OPENING}),
    "marks": frozenset({Check.RANKING}),
    "comparison": frozenset({Check.COMPARISON, Check.RANKING}),
    "other_name": frozenset({Check.OTHER_NAME}),
    "copied": frozenset({Check.LIKENESS}),
    "health": frozenset({Check.DIAGNOSIS}),
    "family": frozenset({Check.FAMILY}),
    "hurtful": frozenset({Check.HURTFUL}),
    "threat": frozenset({Check.THREAT}),
    "origin": frozenset({Check.ORIGIN}),
}
#: Said of the page, not of the words.
OF_THE_PAGE = frozenset({Check.GLYPH, Check.TOO_LONG, Check.ADVICE_MISSING, Check.ADVICE_NOT_WANTED})


@dataclass(frozen=True, slots=True)
class Tried:
    """One letter of the corpus with what the checks said of its words, and the milliseconds it took."""

    letter: dict[str, Any]
    findings: list[Finding]
    spent: float

    @property
    def is_right(self) -> bool:
        """Whether a bad letter was found by a check of its kind, a harmless one left alone."""
        if self.letter["kind"] == "harmless":
            return not self.findings
        return any(finding.code in RIGHT[self.letter["kind"]] for finding in self.findings)


def letters_of(files: Iterable[Path]) -> list[dict[str, Any]]:
    """The letters of these files, line by line."""
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines() if line.strip()]


def context_of(letter: dict[str, Any]) -> CheckContext:
    """What the letter desk would tell the checks; likeness to `previous` is reckoned as the product does."""
    return CheckContext(
        pupil_name=letter["pupil"],
        gender={"男": "male", "女": "female"}.get(letter["gender"], ""),
        others=tuple(letter["others"]),
        teachers=tuple(letter["teachers"]),
        wants_advice=bool(letter["advice"]),
        alike=_alike(letter),
    )


def tried(letter: dict[str, Any]) -> Tried:
    """Check one letter as the letter desk does."""
    context = context_of(letter)
    clock = time.process_time()
    found = check_letter(LetterText(letter["body"], letter["advice"]), context=context)
    spent = (time.process_time() - clock) * 1000
    return Tried(letter, [finding for finding in found if finding.code not in OF_THE_PAGE], spent)


def _alike(letter: dict[str, Any]) -> Alike | None:
    """What `records.letters.queries.likeness` would say, had `previous` gone to the child that it speaks to."""
    body, previous = letter["body"], letter["previous"]
    if not previous:
        return None
    opening = re.match(r"\w{2,4}?(?=小朋友|同学|[，：])", previous)
    names = (letter["pupil"], opening.group() if opening else "")
    if not nearest(signature(body, names[0]), [signature(previous, names[1])]):
        return None
    alike = ratio(body, previous, names=names)
    if alike < ALIKE:
        return None
    return Alike(
        ratio=alike, own=True, same_pupil=False, sentences=tuple(shared_sentences(body, previous, names=names))
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("files", nargs="*", type=Path, default=FILES)
    parser.add_argument("--misses", action="store_true", help="print what was missed and what was wrongly marked")
    options = parser.parse_args()
    letters = letters_of(options.files)
    for letter in letters[:20]:
        tried(letter)  # Dictionaries are read and patterns compiled at the first calls.
    results = [tried(letter) for letter in letters]
    _say_rates([result for result in results if result.letter["kind"] != "harmless"])
    _say_alarms([result for result in results if result.letter["kind"] == "harmless"])
    spent = sorted(result.spent for result in results)
    print(
        f"ms a letter: median {statistics.median(spent):.1f}, 95 of 100 under {spent[len(spent) * 95 // 100]:.1f}, "
        f"worst {spent[-1]:.1f} ({statistics.mean(len(letter['body']) for letter in letters):.0f} characters each)"
    )
    bad, harmless = (
        [result.is_right for result in results if (result.letter["kind"] == "harmless") is harmless]
        for harmless in (False, True)
    )
    note(
        Figure("letters that should not go out, found", 100 * statistics.mean(bad), "%"),
        Figure("harmless letters, marked", 100 * (1 - statistics.mean(harmless)), "%"),
        Figure("checking a letter, 95 of 100 under", spent[len(spent) * 95 // 100], "ms"),
    )
    if options.misses:
        _say_misses(results)


def _say_rates(results: list[Tried]) -> None:
    styles = ("plain", "veiled")
    groups: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for result in results:
        for key in ((kind, style) for kind in (result.letter["kind"], "all") for style in (result.letter["style"], "")):
            groups[key].append(result.is_right)
    print(f"{'found by a check of its kind':<30}" + "".join(f"{style or 'both':>16}" for style in (*styles, "")))
    for kind in (*RIGHT, "all"):
        cells = (groups.get((kind, style), []) for style in (*styles, ""))
        shown = (f"{sum(cell)}/{len(cell)} {sum(cell) / len(cell):4.0%}" if cell else "-" for cell in cells)
        print(f"{kind:<30}" + "".join(f"{cell:>16}" for cell in shown))


def _say_alarms(results: list[Tried]) -> None:
    if not results:
        return
    wrong = [result for result in results if not result.is_right]
    print(f"harmless letters marked: {len(wrong)}/{len(results)} {len(wrong) / len(results):.1%}")
    counts: dict[str, int] = defaultdict(int)
    for code in (code for result in wrong for code in {finding.code for finding in result.findings}):
        counts[code] += 1
    print("".join(f"  {code} {count}" for code, count in sorted(counts.items())))


def _say_misses(results: list[Tried]) -> None:
    for result in results:
        if result.is_right:
            continue
        letter = result.letter
        texts = {"body": letter["body"], "advice": letter["advice"]}
        said = [(finding.code.value, texts[finding.field][finding.start : finding.end]) for finding in result.findings]
        print(f"\n{letter['id']} {letter['kind']} {letter['style']} {letter['pupil']} {said}\n{letter['body']}")
        print("".join(f"  [{name}] {letter[name]}\n" for name in ("advice", "previous") if letter[name]), end="")


if __name__ == "__main__":
    main()
