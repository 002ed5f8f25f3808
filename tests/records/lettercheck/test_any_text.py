"""Whatever is typed: the checks never raise, and what they mark lies inside the text."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from records.letters.checks import Alike, CheckContext, LetterText, check_letter
from records.letters.checks.likeness import SIZE, nearest, ratio, shared_sentences, signature
from tests.records.lettercheck.cases import FOUND, OTHERS, PUPIL, SILENT

_PIECES = [text for cases in FOUND.values() for text, _marked in cases] + [
    t for texts in SILENT.values() for t in texts
]
#: Anything at all, and what the checks look for, in pieces, one beside the other.
TEXTS = st.one_of(
    st.text(max_size=120),
    st.text(alphabet="你您他她小明阿同学王子涵 ·第前倒数名分9５十一X×_（）《》“”。，\n\u3000\x00\ud800😀", max_size=80),
    st.lists(st.one_of(st.sampled_from(_PIECES), st.text(max_size=4)), max_size=8).map("".join),
)
NAMES = st.one_of(st.sampled_from(OTHERS), st.text(max_size=5))


@settings(max_examples=100, deadline=None)
@given(
    body=TEXTS,
    advice=TEXTS,
    pupil=st.one_of(st.just(PUPIL), st.text(max_size=5)),
    others=st.lists(NAMES, max_size=6),
    gender=st.sampled_from(["male", "female", ""]),
    alike=st.none() | st.builds(Alike, ratio=st.floats(0, 1), own=st.booleans(), same_pupil=st.booleans()),
)
def test_no_text_makes_a_check_raise_and_every_mark_lies_inside(
    body: str, advice: str, pupil: str, others: list[str], gender: str, alike: Alike | None
) -> None:
    context = CheckContext(
        pupil_name=pupil, gender=gender, others=tuple(others), teachers=("林小满", ""), wants_advice=True, alike=alike
    )
    texts = {"body": body, "advice": advice}
    outside = [
        finding
        for finding in check_letter(LetterText(body, advice), context=context)
        if (finding.start is None) != (finding.end is None)
        or (finding.start is not None and not 0 <= finding.start < (finding.end or 0) <= len(texts[finding.field]))
        or not finding.message
        or re.search("[!！]", finding.message.replace("“", "").split("”")[-1])
    ]
    assert outside == []


@settings(max_examples=100, deadline=None)
@given(one=TEXTS, two=TEXTS, name=st.text(max_size=4))
def test_any_two_texts_can_be_compared(one: str, two: str, name: str) -> None:
    signed = [signature(one, name), signature(two)]
    assert {len(found) for found in signed} <= {0, SIZE}
    assert set(nearest(signed[0], signed)) <= {0, 1}
    assert 0 <= ratio(one, two, names=(name, "")) <= 1
    assert [sentence for sentence in shared_sentences(one, two) if sentence not in one] == []


@given(text=st.text(min_size=30, max_size=200))
def test_a_letter_is_wholly_like_itself(text: str) -> None:
    found = signature(text)
    assert (nearest(found, [b"", found]), ratio(text, text)) == (([1], 1.0) if found else ([], 0.0))
