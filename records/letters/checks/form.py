"""The letter as a whole: the plan's wish for advice, the page, the fonts, and its likeness to another letter."""

from core.glyphs import FontsMissingError, missing_glyphs
from records.letters.checks.findings import CheckContext, Finding, LetterText
from schools.enums import Check

_SHOWN = 8


def check_advice(letter: LetterText, context: CheckContext) -> list[Finding]:
    """Advice 成长建议 where the plan wants it (Wuhu 五(三)), none where letters are positive only (Guyi 四(三)1)."""
    if context.wants_advice and letter.body.strip() and not letter.advice.strip():
        message = "学校的方案请导师在寄语里也写一条成长建议，现在还没有写。建议写一件孩子下学期可以试一试的小事。"
        return [Finding(Check.ADVICE_MISSING, message, field="advice")]
    if not context.wants_advice and letter.advice.strip():
        message = "学校的方案里寄语以积极肯定为主，这一段成长建议不会印出来。建议删去，或在谈心时当面说。"
        return [Finding(Check.ADVICE_NOT_WANTED, message, field="advice")]
    return []


def check_glyphs(letter: LetterText, context: CheckContext) -> list[Finding]:
    """Characters that no printing font has, emoji above all: one finding per text, at the first of them."""
    findings = []
    for field, text in letter.fields():
        try:
            missing = missing_glyphs(text)
        except FontsMissingError:
            return []  # Then nothing prints at all; that is said where papers are made.
        if missing:
            shown = " ".join(char if char.isprintable() else f"U+{ord(char):04X}" for char in missing[:_SHOWN])
            more = f" 等 {len(missing)} 个" if len(missing) > _SHOWN else ""
            at = text.index(missing[0])
            message = f"“{shown}”{more}印不出来，纸上会变成“〓”。请换一个字，或删去表情符号。"
            findings.append(Finding(Check.GLYPH, message, at, at + 1, field))
    return findings


def check_length(letter: LetterText, context: CheckContext) -> list[Finding]:
    """A letter that needs a second page; advice that does not print is not reckoned."""
    over = context.page.overflow(letter.body, letter.advice if context.wants_advice else "")
    if not over:
        return []
    message = f"一页纸写不下，大约多出 {over} 行，打印时会翻到第二页。可以删去一些，或少分几段；不改也能打印。"
    return [Finding(Check.TOO_LONG, message)]


def check_likeness(letter: LetterText, context: CheckContext) -> list[Finding]:
    """That the letter says nearly the same as another: one finding at the first sentence that both share."""
    alike = context.alike
    if alike is None:
        return []
    if alike.same_pupil:
        whose = "以前写给这位同学的一封寄语"
    else:
        whose = "您写给另一位同学的一封寄语" if alike.own else "一位同事写的一封寄语"
    shared = "、".join(f"“{sentence}”" for sentence in alike.sentences[:2])
    same = f"例如{shared}。" if shared else ""
    message = (
        f"这封寄语和{whose}有 {round(alike.ratio * 100)}% 相同。{same}"
        "孩子们会互相传看，建议加上只属于这个孩子的一件事。"
    )
    at = letter.body.find(alike.sentences[0]) if alike.sentences else -1
    if at < 0:
        return [Finding(Check.LIKENESS, message)]
    return [Finding(Check.LIKENESS, message, at, at + len(alike.sentences[0]))]
