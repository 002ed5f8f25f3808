"""The only writer of the audit."""

from typing import Any

from django.db import models

from accounts.actors import Actor
from accounts.enums import AuditKind
from accounts.models import AuditEntry


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
