"""The school's own words on the parts of a term's report."""

from django.utils import timezone

from accounts.actors import Actor
from records.settling.contexts import Comment
from records.settling.enums import ReportPart
from records.settling.models import TermComment
from schools.models import Term


def comments_of(actor: Actor, term: Term) -> dict[ReportPart, Comment]:
    """The words on each part as they stand, the empty ones too. One query."""
    rows = TermComment.objects.visible_to(actor).of_term(term).select_related("saved_by").order_by("version")
    # The last version of a part wins.
    newest = {ReportPart(row.part): row for row in rows}
    return {part: _comment(newest[part]) if part in newest else Comment() for part in ReportPart}


def newest_comment(term: Term, part: ReportPart) -> TermComment | None:
    """The version that holds, if there is one."""
    return TermComment.objects.of_term(term).filter(part=part).select_related("saved_by").order_by("version").last()


def former_words(actor: Actor, term: Term, part: ReportPart) -> list[TermComment]:
    """All versions of the words on one part, the newest first, with who wrote them. One query."""
    rows = TermComment.objects.visible_to(actor).of_term(term).filter(part=part)
    return list(rows.select_related("saved_by").order_by("-version"))


def _comment(row: TermComment) -> Comment:
    return Comment(
        version=row.version,
        text=row.text,
        by=row.saved_by.name if row.saved_by is not None else "",
        on=timezone.localdate(row.saved_at),
    )
