"""Saving, dropping and taking back drafts, under /my/drafts/."""

import json
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, get_visible_or_404
from core.errors import DomainError
from core.gates import repeatable
from core.ownpaths import own_path
from core.templatetags.words import cn_moment
from core.undo import offer_undo
from records.desk.models import Draft
from records.desk.queries.form_start import line_of, own_drafts
from records.desk.services.drafts import DraftElsewhere, save_draft, set_aside_draft, take_back_draft
from records.enums import RecordKind
from records.queries.danger import danger_typed

#: What the column holds; no record comes near.
MOST_VERSION = 2**31 - 1
WRITERS = (Role.MENTOR, Role.HOMEROOM, Role.MORAL_OFFICE, Role.COUNSELLOR, Role.LEADER, Role.SCHOOL_ADMIN)
#: While these are written, words of danger are told beside the form.
WITH_HINT = (RecordKind.VISIT, RecordKind.TALK)
STATUS = {"not_allowed": 403, "draft_too_large": 413, "draft_saved": 410}


@repeatable
@action_for(*WRITERS)
@sensitive_post_parameters()
def save(request: ActorRequest) -> JsonResponse:
    """Keep what a form holds: JSON in, JSON out; static/js/drafts.js is the only caller.

    200 `{stamp, at, day, danger, drop}`, `danger` being what the words of a visit or talk give reason for, `drop` the
    address that drops the draft; 409 `{message, stamp, at, day, content}` if another page wrote the draft; 400, 403,
    410 (the form was sent meanwhile) and 413 `{message}`.
    """
    try:
        data = json.loads(request.body)
        content: dict[str, list[str]] = {str(name): list(values) for name, values in data["content"].items()}
        key, stamp, seen, user = (str(data.get(name, "")) for name in ("key", "stamp", "seen", "user"))
        base = min(int(next(iter(content.get("version", [])), 0) or 0), MOST_VERSION)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return JsonResponse({"message": "草稿没有存上，请刷新页面后再写。"}, status=400)
    if user != str(request.user.pk):
        # Another teacher has signed in at this computer meanwhile: the words on the page are not theirs.
        return JsonResponse({"message": "现在登录的是另一位老师，文字只留在本页，没有存成草稿。"}, status=403)
    try:
        draft = save_draft(
            actor=request.actor, key=key, content=content, stamp=stamp, seen=seen, base_version=max(0, base)
        )
    except DraftElsewhere as error:
        return JsonResponse(
            {"message": error.message, **_told(error.draft), "content": error.draft.content}, status=409
        )
    except DomainError as error:
        return JsonResponse({"message": error.message}, status=STATUS.get(error.code, 400))
    drop = reverse("desk:draft_drop", args=[draft.pk])
    return JsonResponse({**_told(draft), "danger": _danger(draft), "drop": drop})


def _danger(draft: Draft) -> str:
    """`today`, `watch` or nothing: for the writer alone, who has the words before their eyes. Kept nowhere."""
    if draft.kind not in WITH_HINT:
        return ""
    found = danger_typed(draft.kind, draft.content)
    return found.level.name.lower() if found else ""


def _told(draft: Draft) -> dict[str, Any]:
    at = timezone.localtime(draft.updated_at)
    return {"stamp": draft.stamp, "at": f"{at:%H:%M}", "day": cn_moment(at)}


@action_for(*WRITERS)
def drop(request: ActorRequest, pk: int) -> HttpResponse:
    """Drop one's own draft; a button takes it back. Goes on to `next`, the form as it is without the draft."""
    draft = get_visible_or_404(own_drafts, request.actor, pk=pk)
    set_aside_draft(actor=request.actor, draft=draft)
    offer_undo(
        request, f"已放弃{line_of(request.actor, draft).label}草稿。", reverse("desk:draft_undo", args=[draft.pk])
    )
    return redirect(own_path(request.POST.get("next", "")) or "home")


@action_for(*WRITERS)
def undo(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a dropped draft back, and open its form with it."""
    draft = get_visible_or_404(own_drafts, request.actor, pk=pk)
    take_back_draft(actor=request.actor, draft=draft)
    return redirect(line_of(request.actor, draft).url or reverse("home"))
