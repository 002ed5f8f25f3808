"""The look at one text: patterns over clauses, topics that excuse them, and what together they weigh."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice

from records.danger.exceptions import DENIED, MEANT, TOPICS, blanked
from records.danger.harm import MEANS, NOT_EATING, SELF_HARM
from records.danger.images import LIFE as IMAGES
from records.danger.low import WATCH
from records.danger.others import HOME, OTHERS, RUNNING, TOUCHING, VOICES
from records.danger.patterns import Pattern, Weight
from records.danger.reading import Danger, Laid, Level, Mark, lay_out
from records.danger.signs import everyday
from records.danger.told import LIFE as TOLD_LIFE
from records.danger.told import OTHERS as TOLD_OTHERS
from records.danger.told import TOUCHING as TOLD_TOUCHING
from records.danger.veiled import BODY as VEILED_BODY
from records.danger.veiled import LIFE as VEILED_LIFE
from records.danger.veiled import OTHERS as VEILED_OTHERS
from records.danger.veiled import TOUCHING as VEILED_TOUCHING
from records.danger.weighing import LONGEST, SHORTEST, WEIGHTS, features, scales, signs
from records.danger.wish import BURDEN, FAREWELL, WISH

PATTERNS: tuple[Pattern, ...] = (
    *WISH, *FAREWELL, *BURDEN, *MEANS, *SELF_HARM, *NOT_EATING, *HOME, *OTHERS, *TOUCHING, *VOICES, *RUNNING,
    *VEILED_LIFE, *VEILED_BODY, *VEILED_OTHERS, *VEILED_TOUCHING,
    *IMAGES, *TOLD_LIFE, *TOLD_OTHERS, *TOLD_TOUCHING, *WATCH,
)  # fmt: skip
#: What three faint phrases or two hints weigh together, and what one of each weighs: as much as a plain wording.
_ENOUGH = 6
_POINTS = {Weight.HINT: 4, Weight.FAINT: 2}
#: From what sum of its weights on somebody is asked to read a text again, and then an adult to act today. By the folds
#: of the bench over whole sets.
_ASKED, _TODAY = 60, -150
#: Longer texts are not children's cards; what stands behind is left to the reader.
_LONGEST = 6000
#: Beyond so many kinds of everyday things a sentence is told of those.
_MOST_EVERYDAY = {Weight.TODAY: 2, Weight.HINT: 1, Weight.FAINT: 1, Weight.WATCH: 1, Weight.LOW: 1}
#: So often one pattern is looked at: what says it a ninth time says nothing new.
_MOST = 8

_Found = tuple[int, int]


def look(text: str) -> Danger:
    """How soon an adult is asked to act after reading `text`, and the phrases that say so."""
    laid, plain, found = _read(text)
    today, watch = found[Weight.FIRM] + found[Weight.TODAY], found[Weight.WATCH]
    hints, faint = _apart(found[Weight.HINT]), _apart(found[Weight.FAINT])
    faint = [one for one in faint if not any(one[0] < hint[1] and hint[0] < one[1] for hint in hints)]
    low = _apart(found[Weight.LOW])
    if SHORTEST <= len(plain) <= LONGEST:
        sums = scales(WEIGHTS).sums(features(plain, {weight: len(places) for weight, places in found.items()}))
        firm = bool(found[Weight.FIRM])
        if sums["asked"] <= _ASKED and not firm:
            return Danger(Level.NONE)
        level = Level.TODAY if firm or sums["today"] > _TODAY else Level.WATCH
        return Danger(level, _marks(laid, today or hints or watch or faint + low or signs(laid, plain)))
    if not today and len(hints) * _POINTS[Weight.HINT] + len(faint) * _POINTS[Weight.FAINT] >= _ENOUGH:
        today = hints + faint
    if today:
        return Danger(Level.TODAY, _marks(laid, today))
    watch += hints + (low if len({laid.text[slice(*one)] for one in low}) > 1 else [])
    return Danger(Level.WATCH, _marks(laid, watch)) if watch else Danger(Level.NONE)


def held(text: str) -> frozenset[str]:
    """The names that `text` is weighed by: what the weights are learnt from."""
    _laid, plain, found = _read(text)
    return frozenset(features(plain, {weight: len(places) for weight, places in found.items()}))


def _read(text: str) -> tuple[Laid, str, dict[Weight, list[_Found]]]:
    laid = lay_out(text[:_LONGEST])
    plain = blanked(laid.text)
    meant = MEANT.search(laid.text) is not None
    found: dict[Weight, list[_Found]] = {weight: [] for weight in Weight}
    for search, pattern in _searches():
        # Most patterns are not there, and to be told so takes a tenth of looking where they are.
        if search(plain):
            found[pattern.weight] += _finds(pattern, plain, laid, meant=meant)
    return laid, plain, found


@cache
def _searches() -> list[tuple[Callable[[str], object], Pattern]]:
    return [(pattern.wording.compiled.search, pattern) for pattern in PATTERNS]


def _finds(pattern: Pattern, plain: str, laid: Laid, *, meant: bool) -> Iterator[_Found]:
    """Where `pattern` is found in the text and nothing in its clause or sentence excuses it."""
    for match in islice(pattern.wording.finditer(plain), _MOST):
        start, end = match.span()
        if start == end or DENIED.search(plain, max(0, start - 16), start):
            continue
        if meant or not _excused(pattern, laid, start, end):
            yield start, end


def _excused(pattern: Pattern, laid: Laid, start: int, end: int) -> bool:
    clause, sentence = laid.clause(start, end), laid.sentence(start, end)
    if pattern.weight is not Weight.FIRM and everyday(sentence) > _MOST_EVERYDAY[pattern.weight]:
        return True
    for topic in pattern.excused_by:
        name, _, scope = topic.partition("_")
        if TOPICS[name].search(clause if scope else sentence):
            return True
    return False


def _apart(found: list[_Found]) -> list[_Found]:
    """`found` in order, those that overlap an earlier one left out."""
    kept: list[_Found] = []
    for one in sorted(found):
        if not kept or one[0] >= kept[-1][1]:
            kept.append(one)
    return kept


def _marks(laid: Laid, found: list[_Found]) -> tuple[Mark, ...]:
    """`found` as phrases of the original, those that overlap joined."""
    joined: list[_Found] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(laid.mark(start, end) for start, end in joined)
