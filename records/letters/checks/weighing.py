"""How each sentence of a letter sounds: learnt from letters, so that a wording nobody wrote down is found too.

A finding of a rule is left out where its sentence sounds harmless, and a sentence that sounds of a kind is shown with
its heaviest clause although no rule knew it. `bench/weights.py` learns what the characters of a sentence weigh.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from records.danger.weighing import grams, scales
from records.letters.checks.findings import CheckContext, Field, Finding, LetterText
from records.letters.checks.names import spans_of
from records.letters.checks.naming import forms_of
from records.letters.checks.reading import Span, clauses, sentences, unquoted
from records.letters.checks.slots import NAMED
from schools.enums import Check

WEIGHTS: Final = Path(__file__).with_name("weights.json")
#: So many characters in a row are weighed together.
LONGEST: Final = 3
#: What a sentence that sounds so is shown as.
SOUNDS: Final[dict[Check, str]] = {
    Check.HURTFUL: "在否定孩子",
    Check.THREAT: "在吓唬孩子，或让孩子羞愧",
    Check.COMPARISON: "在拿孩子和别人比",
    Check.RANKING: "在说分数、等级或名次",
    Check.FAMILY: "在说孩子家里的情况",
    Check.DIAGNOSIS: "在说疾病、治疗或身体情况",
    Check.ORIGIN: "在说出身、地域、民族或信仰",
    Check.PLACEHOLDER: "没有写完，或是写给自己的话",
    Check.PRONOUN: "写给家长的，或是评语表里的话",
}
#: Rules of these kinds read a form, not a sense.
_EXACT: Final = frozenset({Check.PLACEHOLDER, Check.PRONOUN})
#: Of these kinds a finding that holds such a sign is plain too: a mark in figures, an illness by its name.
_PLAIN: Final[dict[Check, re.Pattern[str]]] = {
    Check.RANKING: re.compile("[0-9A-D]"),
    Check.COMPARISON: re.compile(
        "像(?:同桌|别人|人家|班长|其他同学|[^，。！？]{1,5}同学)(?:那样|一样)|不如(?:同桌|别人|人家)|比(?:同桌|别人|人家|其他同学)"
    ),
    Check.DIAGNOSIS: re.compile(
        "抑郁|焦虑症|自闭|孤独症|多动症|阿斯伯格|抽动|强迫症|双相|躁郁|精神分裂|厌食|暴食|癫痫|哮喘|糖尿病|胰岛素|白血病|肿瘤|癌|化疗|透析|"
        "肾病|肾炎|心脏病|乙肝|肝炎|肺结核|艾滋|脑瘫|残疾|弱视|色盲|读写障碍|发育迟缓|智力障碍|失眠|尿床|自残|确诊|住院|服药|吃药|用药"
    ),
}
#: Above this sum a sentence is shown; where its words alone, without the bias, weigh less than the other, a rule's
#: finding in it is not. By the folds of the bench over whole sets: some three harmless letters of a hundred.
SHOWN, HARMLESS = 25, 400
#: The kind of all kinds together; a sentence that weighs more for it is shown as the kind that weighs most.
BAD: Final = "bad"
BAD_SHOWN: Final = 400
#: A short sentence holds few names: of each so much is enough.
A_NAME = 8
_OWN: Final = "\uf8f4"
_NAMES: Final = re.compile(f"({_OWN}|{NAMED})\\1*")


def weighed(findings: list[Finding], letter: LetterText, context: CheckContext) -> list[Finding]:
    """`findings` without those whose sentence sounds harmless, and with what else sounds of a kind, once a sentence."""
    kept, known = list(findings), scales(WEIGHTS)
    for field, text in letter.fields():
        for span, names in sounding(text, context):
            inside = [one for one in findings if one.field == field and one.start is not None and span.holds(one.start)]
            sums = known.sums(names)
            nearest = max(SOUNDS, key=sums.__getitem__) if sums[BAD] > BAD_SHOWN else None
            for code in SOUNDS:
                total, bias = sums[code], known.bias[known.kinds.index(code)]
                of_kind = [one for one in (kept if code in _EXACT else inside) if one.code is code]
                if of_kind and total - bias < min(HARMLESS, A_NAME * len(names)):
                    kept = [one for one in kept if one not in of_kind or is_exact(one, text)]
                elif (total > SHOWN or code is nearest) and not of_kind:
                    kept.append(_shown(code, field, text, span))
    return kept


def is_exact(finding: Finding, text: str) -> bool:
    """Whether no weight takes this finding of a rule away: it reads a form, or a plain sign."""
    plain = _PLAIN.get(finding.code)
    if plain is not None:
        return plain.search(text, finding.start or 0, finding.end or len(text)) is not None
    return finding.code in _EXACT


def sounding(text: str, context: CheckContext) -> Iterator[tuple[Span, frozenset[str]]]:
    """The sentences of `text`, each with the names that it is weighed by: what the weights are learnt from."""
    plain = unquoted(_without_names(text, context))
    for span in sentences(text):
        yield span, frozenset(grams(_NAMES.sub("名", plain[span.start : span.end]), LONGEST))


def _without_names(text: str, context: CheckContext) -> str:
    masked = text
    for span in spans_of(text, context):
        masked = masked[: span.start] + NAMED * (span.end - span.start) + masked[span.end :]
    for form, _kind in sorted(forms_of(context.pupil_name), key=lambda form: -len(form[0])):
        masked = masked.replace(form, _OWN * len(form))
    return masked


def _shown(code: Check, field: Field, text: str, span: Span) -> Finding:
    spans = [(one.start, one.end) for one in clauses(text, span)]
    start, end = scales(WEIGHTS).heaviest(text, spans, code, LONGEST)
    said = " ".join(text[start:end].split())
    message = f"“{said}”读起来像是{SOUNDS[code]}。请再看一遍：如果是，建议改成您看到的一件具体的事；如果不是，不必改。"
    return Finding(code, message, start, end, field)
