"""Who may read the log."""

from accounts.models import AuditEntry
from accounts.services import audit
from tests.cast import SchoolCast


def test_the_admin_reads_the_log_and_everybody_else_their_own_lines(qingzhu: SchoolCast, other: SchoolCast) -> None:
    audit(actor=qingzhu.actor(qingzhu.office), verb="open_readiness")
    audit(actor=qingzhu.actor(qingzhu.mentor), verb="set_marks")
    audit(actor=other.actor(other.office), verb="open_readiness")

    def seen(part: str) -> set[tuple[str, int | None]]:
        rows = AuditEntry.objects.visible_to(qingzhu.actor(getattr(qingzhu, part)))
        return set(rows.filter(verb__in=["open_readiness", "set_marks"]).values_list("verb", "user_id"))

    assert seen("admin") == {("open_readiness", qingzhu.office.pk), ("set_marks", qingzhu.mentor.pk)}
    assert seen("office") == {("open_readiness", qingzhu.office.pk)}
    assert seen("mentor") == {("set_marks", qingzhu.mentor.pk)}
    for part in ("leader", "homeroom", "counsellor", "colleague", "bureau_user"):
        assert seen(part) == set()
