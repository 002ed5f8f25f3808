"""Quiet wishes for another mentor, for 德育室 alone."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from accounts.services import audit
from core.saving import button_done
from mentors.rounds.forms.choices import AnswerForm
from mentors.rounds.queries.wishes import may_read, wishes_to_handle, wishes_visible_to
from mentors.rounds.services.wishes import answer_wish


@page_for(Role.MORAL_OFFICE)
def wish_list(request: ActorRequest) -> HttpResponse:
    """The open wishes; reading them is noted."""
    return _page(request)


@action_for(Role.MORAL_OFFICE)
def answer(request: ActorRequest, pk: int) -> HttpResponse:
    """Close a wish with an answer for the pupil."""
    wish = get_visible_or_404(wishes_visible_to, request.actor, pk=pk)
    if not may_read(request.actor, wish):
        raise PermissionDenied
    form = AnswerForm(request.POST, prefix=f"wish{pk}")
    if not form.is_valid():
        return _page(request, bound=(pk, form), status=422)
    if button_done(request, lambda: answer_wish(actor=request.actor, wish=wish, answer=form.cleaned_data["answer"])):
        messages.success(request, "已处理，学生用凭条能看到答复。")
    return redirect("wishes:list")


def _page(request: ActorRequest, *, bound: tuple[int, AnswerForm] | None = None, status: int = 200) -> HttpResponse:
    rows = wishes_to_handle(request.actor)
    if rows:
        audit(
            actor=request.actor,
            verb="read_wishes",
            kind=AuditKind.READ,
            detail={"wishes": [row.wish.pk for row in rows]},
        )
    forms = {row.wish.pk: AnswerForm(prefix=f"wish{row.wish.pk}") for row in rows}
    if bound is not None:
        forms[bound[0]] = bound[1]
    shown = [(row, forms[row.wish.pk]) for row in rows]
    return render(request, "rounds/choose/wishes.html", {"rows": shown}, status=status)
