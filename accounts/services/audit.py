"""The only writer of the audit."""

import datetime
from collections.abc import Collection, Iterable
from typing import Any, Final

from django.db import models

from accounts.actors import Actor, system_actor
from accounts.enums import AuditKind
from accounts.models import AuditEntry

#: So many entries are deleted in one transaction: nobody who writes waits long.
_AT_ONCE: Final = 1000


def prune_audit(
    *, school_id: int | None, before: datetime.datetime, today: datetime.date, keep: Collection[str] = ()
) -> int:
    """Delete the entries of a school, or of none, that are older than `before`; how many. That is an entry, too.

    `keep` names verbs of which entries stay. Nothing else deletes or changes an entry: this is for the night.
    """
    old = AuditEntry.objects.filter(school=school_id, at__lt=before).exclude(verb__in=keep).order_by()
    gone = 0
    while keys := list(old.values_list("pk", flat=True)[:_AT_ONCE]):
        gone += AuditEntry.objects.filter(pk__in=keys).delete()[0]
    if gone:
        detail = {"count": gone, "before": before.isoformat()}
        audit(actor=system_actor(school_id=school_id, today=today), verb="prune_audit", detail=detail)
    return gone


def audit_many(*, actor: Actor, verb: str, targets: Iterable[tuple[int, models.Model]], kind: AuditKind) -> None:
    """`audit` of the same for many, each target with the school to which it belongs. One query."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            school_id=school_id,
            user_id=actor.user_id,
            kind=kind,
            verb=verb,
            target_type=target._meta.label_lower,
            target_id=target.pk,
            detail={},
        )
        for school_id, target in targets
    )


def audit(
    *,
    actor: Actor,
    verb: str,
    target: models.Model | None = None,
    kind: AuditKind = AuditKind.CHANGE,
    detail: dict[str, Any] | None = None,
    school_id: int | None = None,
) -> AuditEntry:
    """Append one entry: `actor` did `verb` to `target`. `detail` holds keys, counts and codes, never names or texts."""
    return AuditEntry.objects.create(
        school_id=school_id if school_id is not None else actor.school_id,
        user_id=actor.user_id,
        kind=kind,
        verb=verb,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=target.pk if target is not None and isinstance(target.pk, int) else None,
        detail=detail or {},
    )
