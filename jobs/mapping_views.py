"""What the admin answers on a preview: what a heading means, which class a label is, whether hidden rows count."""

from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.http import ActorRequest, action_for, get_visible_or_404
from core.saving import button_done
from jobs.enums import ALL_IMPORTERS
from jobs.mapping import answer_questions
from jobs.queries import visible_batches

_HIDDEN = {"on": True, "off": False}


@action_for(*ALL_IMPORTERS)
def answer(request: ActorRequest, pk: int) -> HttpResponse:
    """Look at the same file again with the answers: `key` and `field` once per question, in the same order."""
    batch = get_visible_or_404(visible_batches, request.actor, pk=pk)
    answers = dict(zip(request.POST.getlist("key"), request.POST.getlist("field"), strict=False))
    hidden = _HIDDEN.get(request.POST.get("take_hidden", ""))
    button_done(
        request, lambda: answer_questions(actor=request.actor, batch=batch, answers=answers, take_hidden=hidden)
    )
    return redirect("imports:detail", pk=pk)
