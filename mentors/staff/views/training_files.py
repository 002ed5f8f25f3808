"""Material 材料 of one training: everybody in the school opens it, 德育室 puts it there."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.files import HANDOUT_BYTES, HANDOUT_PAGES, stored_file
from core.handouts import HandoutsForm
from core.saving import button_done, show_form
from core.undo import offer_undo
from mentors.rules import can_keep_training
from mentors.staff.models import TrainingFile, TrainingSession
from mentors.staff.queries.training import files_visible_to, present_files, sessions_visible_to
from mentors.staff.services.training_files import (
    MOST_FILES,
    add_training_file,
    remove_training_file,
    restore_training_file,
)
from mentors.staff.views.training import EVERYBODY


@page_for(*EVERYBODY)
def files(request: ActorRequest, pk: int) -> HttpResponse:
    """The material of one session, and for 德育室 a form for more."""
    return _page(request, _session(request, pk), HandoutsForm())


@form_for(Role.MORAL_OFFICE)
def add(request: ActorRequest, pk: int) -> HttpResponse:
    """Put files beside a session."""
    session = _session(request, pk)
    form = HandoutsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        added = form.handed_in(partial(add_training_file, actor=request.actor, session=session))
        if added:
            messages.success(request, f"已添加 {added} 个材料。")
            return redirect("training:files", pk=pk)
    return _page(request, session, form)


def _page(request: ActorRequest, session: TrainingSession, form: HandoutsForm) -> HttpResponse:
    context = {
        "session": session,
        "files": present_files(session.pk),
        "may_edit": can_keep_training(request.actor),
        "most": MOST_FILES,
        "megabytes": HANDOUT_BYTES // 1024 // 1024,
        "pages": HANDOUT_PAGES,
    }
    return show_form(request, "staff/training/files.html", form, **context)


@page_for(*EVERYBODY)
def file(request: ActorRequest, pk: int) -> HttpResponseBase:
    """One file."""
    found = get_visible_or_404(files_visible_to(request.actor).present(), request.actor, pk=pk)
    return stored_file(found.file, name=found.name, content_type=found.content_type)


@action_for(Role.MORAL_OFFICE)
def remove(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a file away; the message offers to bring it back."""
    found = _file(request, pk)
    if button_done(request, lambda: remove_training_file(actor=request.actor, file=found)):
        offer_undo(request, f"已移除“{found.name}”。", reverse("training:file_restore", args=[pk]))
    return redirect("training:files", pk=found.session_id)


@action_for(Role.MORAL_OFFICE)
def restore(request: ActorRequest, pk: int) -> HttpResponse:
    """Bring a file back that was taken away less than 30 days ago."""
    found = _file(request, pk)
    if button_done(request, lambda: restore_training_file(actor=request.actor, file=found)):
        messages.success(request, f"已恢复“{found.name}”。")
    return redirect("training:files", pk=found.session_id)


def _session(request: ActorRequest, pk: int) -> TrainingSession:
    return get_visible_or_404(sessions_visible_to, request.actor, pk=pk)


def _file(request: ActorRequest, pk: int) -> TrainingFile:
    return get_visible_or_404(files_visible_to, request.actor, pk=pk)
