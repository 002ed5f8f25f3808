"""Drafts: what somebody is typing, kept on the server until it is saved or dropped; nobody else ever reads them.

A draft belongs to one form, named by its key: `visit/new/12` (a new record for pupil 12), `visit/5`, `letter/12/3`
(pupil 12, term 3); each kind says which forms it has (`records.kinds.FormKey`). Saving one is not audited: it comes
every few seconds, changes no record and tells nobody anything.
"""

import datetime
import json
import re
from collections.abc import Mapping
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.models import User
from core.clock import now
from core.errors import DomainError
from core.kept import kept
from records.desk.models import Draft
from records.kinds import FormKey, Target, all_kinds, form_of

#: So many drafts a person may have; the oldest goes for a new one.
MOST_DRAFTS: Final = 200
KEPT: Final = datetime.timedelta(days=60)
#: A dropped draft can be taken back for so long.
DROPPED_KEPT: Final = datetime.timedelta(days=1)

_STAMP = re.compile(r"[0-9a-f]{8,36}\.[0-9]{1,6}")
#: NUL and half a surrogate pair pass as JSON, but a database takes neither.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Content = dict[str, list[str]]


class DraftElsewhere(DomainError):
    """Another open page has written this draft meanwhile; `draft` is what it wrote."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("draft_elsewhere", "这份草稿在另一个窗口或另一台设备上也在写。两份文字都在，请选择一份。")
        self.draft = draft


def save_draft(
    *, actor: Actor, key: str, content: Mapping[str, list[str]], stamp: str, seen: str = "", base_version: int = 0
) -> Draft:
    """Keep what the form `key` holds now. `content` are its fields as typed, `base_version` the record's version shown.

    `stamp` says which open page writes, and that page's how-manieth: an older one that arrives late changes nothing.
    `seen` is the stamp of the draft that the page has shown; one that it has not shown is never written over.
    Raises DomainError `not_allowed`, `draft_unclear`, `draft_too_large`, `draft_saved` (the form was sent meanwhile),
    and `DraftElsewhere`.
    """
    if not _STAMP.fullmatch(stamp):
        raise DomainError("draft_unclear", "草稿没有存上，请刷新页面后再写。")
    found = form_of(key)
    if found is None:
        raise _not_allowed()
    fields = _checked(content, found[0])
    target = find_target(actor, key)
    with transaction.atomic():
        user = _locked(actor)
        if _is_sent(actor, fields):
            raise DomainError("draft_saved", "这份表单已经保存过了。")
        draft = Draft.objects.filter(user=user, key=key).first()
        elsewhere = draft is not None and draft.dropped_at is None and not _may_replace(draft, stamp, seen)
        if not elsewhere:
            if draft is None:
                _make_room(user)
                draft = Draft(
                    school_id=actor.school_id or 0, user=user, kind=target.kind or "", key=key, pupil=target.pupil
                )
            elif draft.dropped_at is None and _is_late(draft.stamp, stamp):
                return draft
            draft.content, draft.base_version, draft.stamp, draft.dropped_at = fields, base_version, stamp, None
            draft.save()
    if elsewhere and draft is not None:
        raise DraftElsewhere(draft)
    assert draft is not None  # noqa: S101 - one of the two ways above has made or found it
    return draft


@transaction.atomic(savepoint=False)
def drop_draft(*, actor: Actor, key: str) -> None:
    """The form was saved (call it in that transaction), or holds nothing of its own any more: its draft is gone.

    Waits for a draft that is being written, and lets none be written before the form's record is there to be seen.
    """
    _locked(actor)
    Draft.objects.visible_to(actor).filter(key=key).delete()


@transaction.atomic
def note_in_draft(*, actor: Actor, key: str, name: str, text: str) -> None:
    """Add `text` to a hidden field of the open draft, if there is one: no word of the person changed, nor its stamp."""
    _locked(actor)
    draft = Draft.objects.visible_to(actor).open().filter(key=key).first()
    if draft is not None:
        before = next(iter(draft.content.get(name, ())), "")
        content = draft.content | {name: [f"{before} {text}".strip()]}
        Draft.objects.filter(pk=draft.pk).update(content=content)


def set_aside_draft(*, actor: Actor, draft: Draft) -> None:
    """The person drops a draft; for a day it can be taken back. Raises DomainError `not_allowed`."""
    if not Draft.objects.visible_to(actor).filter(pk=draft.pk).update(dropped_at=now()):
        raise DomainError("not_allowed", "只能放弃自己的草稿。")


def take_back_draft(*, actor: Actor, draft: Draft) -> None:
    """Undo `set_aside_draft`. Raises DomainError `not_allowed`."""
    if not Draft.objects.visible_to(actor).filter(pk=draft.pk).update(dropped_at=None):
        raise DomainError("not_allowed", "这份草稿已经不在了。")


def purge_drafts() -> int:
    """Each night: drafts that nobody touched for 60 days, and dropped ones, go for good. How many."""
    moment = now()
    old = Q(updated_at__lt=moment - KEPT) | Q(dropped_at__lt=moment - DROPPED_KEPT)
    return Draft.objects.filter(old).delete()[0]


def _locked(actor: Actor) -> User:
    """The person's own row, the lock of all their drafts: two pages of one form, how many there are, the form sent."""
    return _user(actor.user_id or 0)[0]


@kept
def _user(pk: int) -> QuerySet[User]:
    return User.objects.select_for_update(of=("self",), no_key=True).filter(pk=pk)


def _checked(content: Mapping[str, list[str]], form: FormKey) -> Content:
    fields = {name: list(values) for name, values in content.items() if not name.startswith(("_", "csrf"))}
    if len(fields) > form.most_fields or not all(isinstance(v, str) for values in fields.values() for v in values):
        raise DomainError("draft_unclear", "草稿没有存上，请刷新页面后再写。")
    if any(_UNSTORABLE.search(text) for name, values in fields.items() for text in (name, *values)):
        raise DomainError("draft_unclear", "草稿没有存上，请刷新页面后再写。")
    if len(json.dumps(fields, ensure_ascii=False).encode()) > form.most_bytes:
        raise DomainError("draft_too_large", "文字太长，草稿存不下。请删减一些，或先保存。")
    return fields


def _is_sent(actor: Actor, fields: Content) -> bool:
    """Whether the form itself arrived already: its last draft may have been on the way meanwhile."""
    submission = next(iter(fields.get("submission", ())), "")
    if not re.fullmatch(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", submission):
        return False
    return any(
        kind.model._base_manager.filter(kind.sent, school=actor.school_id, submission=submission).exists()
        for kind in all_kinds()
        if kind.sent is not None
    )


def _may_replace(draft: Draft, stamp: str, seen: str) -> bool:
    return draft.stamp == seen or _page(draft.stamp) == _page(stamp)


def _is_late(stored: str, stamp: str) -> bool:
    return _page(stored) == _page(stamp) and int(stored.rpartition(".")[2]) >= int(stamp.rpartition(".")[2])


def _page(stamp: str) -> str:
    return stamp.rpartition(".")[0]


def _make_room(user: User) -> None:
    keys = Draft.objects.filter(user=user).order_by("-updated_at", "-pk").values_list("pk", flat=True)
    spare = list(keys[MOST_DRAFTS - 1 :])
    if spare:
        Draft.objects.filter(pk__in=spare).delete()


def find_target(actor: Actor, key: str) -> Target:
    """The form that `key` names. Raises DomainError `not_allowed` unless the actor may write in it now."""
    target = None
    found = form_of(key)
    if found is not None and actor.user_id is not None and actor.school_id is not None:
        form, numbers = found
        target = form.find(actor, *numbers)
    if target is None:
        raise _not_allowed()
    return target


def _not_allowed() -> DomainError:
    return DomainError("not_allowed", "这份表单现在不能由您填写，文字没有存成草稿。")
