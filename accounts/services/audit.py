"""The only writer of the audit."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from accounts.actors import Actor
from accounts.enums import AuditKind
from accounts.models import AuditEntry


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
