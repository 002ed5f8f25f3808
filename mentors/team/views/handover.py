"""Writing a hand-over note 交接说明 about one pupil."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404
from core.saving import form_saved, show_form
from mentors.team.forms import HandOverForm
from mentors.team.queries.handover import handovers_of, school_pupils
from mentors.team.rules import can_write_handover
from mentors.team.services.handover import write_note


@form_for(Role.MENTOR, Role.HOMEROOM)
def write(request: ActorRequest, pk: int) -> HttpResponse:
    """Write a note for the pupil's next mentor; one's earlier notes stand beneath."""
    pupil = get_visible_or_404(school_pupils, request.actor, pk=pk)
    if not can_write_handover(request.actor, pupil):
        raise PermissionDenied
    form = HandOverForm(request.POST or None)
    notes = handovers_of(request.actor, pupil)
    if form.is_valid():
        today = request.actor.today
        own = (note for note in notes if note.written_by_id == request.actor.user_id)
        today_ones = (note for note in own if localdate(note.written_at) == today)
        form.ask_about(
            today_ones, "交接说明", on=today, today=today, seen_at=lambda _note: reverse("desk:pupil", args=[pk])
        )
    if form_saved(form, lambda: write_note(actor=request.actor, pupil=pupil, **form.cleaned_data), same=form.is_what):
        messages.success(request, f"已保存{pupil.name}的交接说明。")
        return redirect("desk:pupil", pk=pk)
    return show_form(request, "team/handover/write.html", form, pupil=pupil, notes=notes)
