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
from records.settling.enums import ReportPart
from records.settling.models import TermComment
from records.settling.queries.comments import newest_comment
from records.settling.rules import may_settle
from schools.models import Term

COMMENT_LENGTH: Final = 2000


def clean_comment(text: str) -> str:
    """`text` as it is kept: each line a paragraph, no empty ones, nothing invisible."""
    lines = (clean_text(line) for line in visible(text).splitlines())
    return "\n".join(line for line in lines if line)


@transaction.atomic
def save_comment(*, actor: Actor, term: Term, part: ReportPart, text: str, seen_version: int) -> TermComment | None:
    """Keep `text` as the next version of the words on `part`; the same again is no new version, None if there is none.

    `seen_version` is the version that was edited, 0 for none. Raises DomainError `other_school`, `not_allowed`,
    `too_long`, `no_glyph` (what does not print) and `changed_meanwhile`.
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
    # The term's row is the lock, also of the first version.
    Term._default_manager.select_for_update().get(pk=term.pk)
    newest = newest_comment(term, part)
    if (newest.version if newest is not None else 0) != seen_version:
        raise DomainError(CHANGED, "刚刚有人保存了这一部分，您的还没有保存。两份不同的地方列在下面。")
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
