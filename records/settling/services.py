"""The only writer of the school's own words in term reports."""

from typing import Final

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from core.clock import now
from core.errors import DomainError
from core.glyphs import missing_glyphs
from core.saving import CHANGED
from core.text import clean_text, visible
from records.desk.services.drafts import drop_draft
from records.kinds import FormKey, Target, register_form
from records.recognition.checks import mentions_in
from records.settling.enums import ReportPart
from records.settling.models import TermComment
from records.settling.queries.comments import newest_comment
from records.settling.rules import may_settle
from schools.models import Term
from students.models import Pupil

COMMENT_LENGTH: Final = 2000


def clean_comment(text: str) -> str:
    """`text` as it is kept: each line a paragraph, no empty ones, nothing invisible."""
    lines = (clean_text(line) for line in visible(text).splitlines())
    return "\n".join(line for line in lines if line)


@transaction.atomic
def save_comment(
    *, actor: Actor, term: Term, part: ReportPart, text: str, seen_version: int, meant: bool = False
) -> TermComment | None:
    """Keep `text` as the next version of the words on `part`; the same again is no new version, None if there is none.

    The actor's draft of it goes. `seen_version` is the version that was edited, 0 for none; `meant`: what looks like a
    pupil's name is none. Raises DomainError `other_school`, `not_allowed`, `too_long`, `no_glyph` (what does not
    print), `number_given` (a telephone, an identity number), `names_pupil` and `changed_meanwhile`.
    """
    if term.school_id != actor.school_id:
        raise DomainError("other_school", "只能写自己学校的学期报告。")
    if not may_settle(actor):
        raise DomainError("not_allowed", "学期报告里的话由德育室和领导小组写。")
    text = clean_comment(text)
    if len(text) > COMMENT_LENGTH:
        raise DomainError("too_long", f"最多写 {COMMENT_LENGTH} 字，现在有 {len(text)} 字，请删减一些。")
    if signs := missing_glyphs(text.replace("\n", "")):
        raise DomainError("no_glyph", f"“{signs[0]}”打印不出来，请换一个字。")
    _names_nobody(actor, text, meant=meant)
    # The term's row is the lock, also of the first version.
    Term._default_manager.select_for_update().get(pk=term.pk)
    newest = newest_comment(term, part)
    if (newest.version if newest is not None else 0) != seen_version:
        raise DomainError(CHANGED, "刚刚有人保存了这一部分，您的还没有保存。两份不同的地方列在下面。")
    drop_draft(actor=actor, key=draft_key(part, term))
    if (newest.text if newest is not None else "") == text:
        return newest
    comment = TermComment.objects.create(
        school_id=term.school_id,
        term=term,
        part=part,
        version=seen_version + 1,
        text=text,
        saved_by_id=actor.user_id,
        saved_at=now(),
    )
    audit(
        actor=actor,
        verb="save_term_comment",
        target=comment,
        detail={"term": term.pk, "part": part.value, "version": comment.version, "characters": len(text)},
    )
    return comment


def _names_nobody(actor: Actor, text: str, *, meant: bool) -> None:
    """The report leaves the school, and no child goes with it."""
    everyone = set(Pupil.objects.in_school(actor).values_list("name", flat=True)) if text else set()
    for mention in mentions_in({"text": text}, known=(), everyone=everyone):
        if mention.must_go:
            raise DomainError("number_given", mention.message)
        # A class as a whole may be spoken of.
        if not meant and not mention.text.endswith("班"):
            raise DomainError("names_pupil", f"{mention.message}不是学生的名字，就点“不是名字，照样保存”。")


def draft_key(part: ReportPart, term: Term) -> str:
    """The key of drafts of the words on one part."""
    return f"words/{part.number}/{term.pk}"


def _form_of(actor: Actor, number: int, term: int) -> Target | None:
    there = ReportPart.at(number) is not None and Term._default_manager.filter(pk=term, school=actor.school_id).exists()
    return Target(None, None) if there and may_settle(actor) else None


register_form(FormKey("words/#/#", _form_of, page="settling:comment", label="学期报告"))
