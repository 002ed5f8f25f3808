"""经验分享: what colleagues tell each other, what oneself writes, and what waits for 德育室."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.paging import list_page
from core.saving import button_done, form_saved, record_changed, show_form
from records.recognition.forms.notes import ExperienceNoteForm, ReturnForm
from records.recognition.models import ExperienceNote
from records.recognition.queries.notes import (
    mentions_of,
    notes_visible_to,
    own_notes,
    published_notes,
    waiting_notes,
)
from records.recognition.rules import can_pass_on, can_publish_notes, can_write_note
from records.recognition.services.notes import (
    change_note,
    hand_in_note,
    pass_on_note,
    publish_note,
    return_note,
    withdraw_note,
    write_note,
)
from records.recognition.views.awards import EVERYBODY

PAGE_SIZE = 20
TABS = {"": published_notes, "mine": own_notes, "waiting": waiting_notes}


@page_for(*EVERYBODY)
def notes(request: ActorRequest) -> HttpResponse:
    """What was published, with `?show=mine` the own ones, with `?show=waiting` what waits for 德育室."""
    show = request.GET.get("show", "")
    reads = can_publish_notes(request.actor)
    if show not in TABS or (show == "waiting" and not reads):
        show = ""
    page = list_page(request, PAGE_SIZE, TABS[show], request.actor)
    tabs = [("", "大家的分享"), ("mine", "我写的"), *([("waiting", "等我看的")] if reads else [])]
    context = {"page_obj": page, "show": show, "tabs": tabs, "user_id": request.actor.user_id}
    return render(request, "recognition/notes.html", context)


@form_for(*EVERYBODY)
def new(request: ActorRequest) -> HttpResponse:
    """Begin a note; it stays the author's until it is handed in."""
    form = ExperienceNoteForm(request.POST or None)
    if done := form_saved(
        form,
        lambda: write_note(actor=request.actor, data=form.note_data(), submission=form.cleaned_data["submission"]),
        same=form.is_what,
    ):
        messages.success(request, "已保存为草稿，只有您能看到。看一遍，再提交给德育室。")
        return redirect("recognition:note", pk=done.value.pk)
    return show_form(request, "recognition/note_form.html", form, note=None)


@form_for(*EVERYBODY)
def edit(request: ActorRequest, pk: int) -> HttpResponse:
    """Write on in one's own note."""
    found = _own(request, pk)
    if not can_write_note(request.actor, found):
        raise PermissionDenied
    form = ExperienceNoteForm(request.POST or None, initial=ExperienceNoteForm.initial_of(found))
    if record_changed(
        form,
        found,
        lambda: change_note(
            actor=request.actor, note=found, version=form.cleaned_data["version"], data=form.note_data()
        ),
    ):
        messages.success(request, "已保存。")
        return redirect("recognition:note", pk=pk)
    stored = found if form.conflicts else None
    return show_form(request, "recognition/note_form.html", form, note=found, stored=stored)


@page_for(*EVERYBODY)
def note(request: ActorRequest, pk: int) -> HttpResponse:
    """One note."""
    return _page(request, _note(request, pk))


@action_for(*EVERYBODY)
def hand_in(request: ActorRequest, pk: int) -> HttpResponse:
    """Give one's own note to 德育室; the page shows what must be looked at before."""
    found = _own(request, pk)
    known = frozenset(request.POST.getlist("known"))
    done = button_done(request, lambda: hand_in_note(actor=request.actor, note=found, known=known))
    if done is None:
        return redirect("recognition:note", pk=pk)
    if done.value:
        return _page(request, found, asked=True, status=422)
    messages.success(request, "已提交，德育室看过以后在校内发布。您随时可以撤回。")
    return redirect("recognition:note", pk=pk)


@action_for(*EVERYBODY)
def withdraw(request: ActorRequest, pk: int) -> HttpResponse:
    """Take one's own note back."""
    found = _own(request, pk)
    if button_done(request, lambda: withdraw_note(actor=request.actor, note=found)):
        messages.success(request, "已撤回，现在只有您能看到。")
    return redirect("recognition:note", pk=pk)


@form_for(Role.MORAL_OFFICE)
def send_back(request: ActorRequest, pk: int) -> HttpResponse:
    """Give a note back to its author with a word."""
    found = _note(request, pk)
    form = ReturnForm(request.POST or None, initial={"remark": found.remark})
    if form_saved(form, lambda: return_note(actor=request.actor, note=found, remark=form.cleaned_data["remark"])):
        messages.success(request, "已退回作者修改。")
        return redirect("recognition:notes")
    return show_form(request, "recognition/note_return.html", form, note=found)


@action_for(Role.MORAL_OFFICE)
def publish(request: ActorRequest, pk: int) -> HttpResponse:
    """Let the colleagues read it."""
    found = _note(request, pk)
    if button_done(request, lambda: publish_note(actor=request.actor, note=found)):
        messages.success(request, "已在校内发布。")
    return redirect("recognition:note", pk=pk)


@action_for(Role.MORAL_OFFICE)
def pass_on(request: ActorRequest, pk: int) -> HttpResponse:
    """Show it to the bureau."""
    found = _note(request, pk)
    if button_done(request, lambda: pass_on_note(actor=request.actor, note=found)):
        messages.success(request, "已推荐给教育局。")
    return redirect("recognition:note", pk=pk)


def _page(request: ActorRequest, found: ExperienceNote, *, asked: bool = False, status: int = 200) -> HttpResponse:
    actor = request.actor
    is_own, reads = found.author_id == actor.user_id, can_publish_notes(actor)
    looks = is_own and can_write_note(actor, found)
    context = {
        "note": found,
        "is_own": is_own,
        "may_write": looks,
        "reads": reads,
        "may_pass_on": reads and can_pass_on(found),
        "asked": asked,
        "mentions": mentions_of(actor, found) if looks or (reads and found.state == "handed_in") else [],
        "parts": [("当时的情况", found.situation), ("老师做了什么", found.done), ("什么起了作用", found.helped)],
    }
    return render(request, "recognition/note.html", context, status=status)


def _note(request: ActorRequest, pk: int) -> ExperienceNote:
    return get_visible_or_404(notes_visible_to, request.actor, pk=pk)


def _own(request: ActorRequest, pk: int) -> ExperienceNote:
    found = _note(request, pk)
    if found.author_id != request.actor.user_id:
        raise PermissionDenied
    return found
