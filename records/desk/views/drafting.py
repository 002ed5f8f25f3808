"""What a form needs so that nothing typed in it is lost: its draft, and the conflict with what is stored by now.

A view makes `FormDraft.of(request, key)` before its form, gives the form `draft.over(initial, fields)`, puts the
draft into the context as `draft`, and passes `draft.key` to the service that saves. The template opens its form tag
with `{% include "desk/_draft_attrs.html" %}` and begins the form with `{% include "desk/_draft.html" %}`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from accounts.http import ActorRequest
from core.text import small_number
from records.desk.forms.conflict import Conflict, differing, same_values
from records.desk.models import Draft
from records.desk.queries.drafts import draft_values, open_draft
from records.desk.queries.history import last_writer
from records.desk.services.drafts import drop_draft, save_draft, set_aside_draft
from records.enums import RecordKind

#: The button of desk/_conflict.html that lets the other version stand.
TAKE_STORED = "take_stored"
KEPT_STORED = "保留了已经保存的内容。您刚才写的还可以取回。"


@dataclass(slots=True)
class FormDraft:
    """The draft of one form as its page shows it. `stored` is the one on the server, `restored` whether it fills in."""

    key: str
    stored: Draft | None
    is_post: bool
    restored: bool = False

    @classmethod
    def of(cls, request: ActorRequest, key: str) -> "FormDraft":
        """What the actor left unsaved in the form `key`. One query."""
        return cls(key, open_draft(request.actor, key), request.method == "POST")

    def over(self, request: ActorRequest, initial: Mapping[str, Any], form: type[forms.Form]) -> dict[str, Any]:
        """The initial values of `form` with the draft over them; a draft that says nothing new is dropped."""
        if self.is_post or self.stored is None:
            return dict(initial)
        fields = form.base_fields
        values = draft_values(fields, self.stored.content)
        if same_values(fields, {**initial, **values}, initial):
            drop_draft(actor=request.actor, key=self.key)
            self.stored = None
            return dict(initial)
        self.restored = True
        return {**initial, **values}

    def conflict(self, form: forms.Form, stored: Mapping[str, Any], version: int, pk: int) -> Conflict | None:
        """The two versions, if the draft was begun on an older one than `version`, which is stored now."""
        if not self.restored or self.stored is None or self.stored.base_version >= version:
            return None
        return conflict_of(form, stored, RecordKind(self.stored.kind), pk)


def conflict_of(form: forms.Form, stored: Mapping[str, Any], kind: RecordKind, pk: int) -> Conflict:
    """What was typed in `form` beside `stored`, and who saved that. One query."""
    writer = last_writer(kind, pk)
    if writer is None:
        return Conflict(differing(form, stored))
    name = writer.changed_by.name if writer.changed_by is not None else ""
    return Conflict(differing(form, stored), who=name, at=writer.changed_at)


def keep_stored(request: ActorRequest, draft: FormDraft) -> Draft:
    """The other version stands; what was typed here becomes a dropped draft, which can be taken back for a day."""
    content = {name: request.POST.getlist(name) for name in request.POST if name != "action"}
    kept = save_draft(
        actor=request.actor,
        key=draft.key,
        content=content,
        stamp=f"{uuid.uuid4().hex}.1",
        seen=draft.stored.stamp if draft.stored is not None else "",
        base_version=small_number(request.POST.get("version")) or 0,
    )
    set_aside_draft(actor=request.actor, draft=kept)
    return kept
