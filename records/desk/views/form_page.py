"""What the pages of the desk's forms share: whom they are about, the draft and the conflict, the way back.

A view makes `FormDraft.of(request, key)` before its form, gives the form `draft.over(initial, fields)`, puts the
draft into the context as `draft`, and passes `draft.key` to the service that saves. The template opens its form tag
with `{% include "desk/_draft_attrs.html" %}` and begins the form with `{% include "desk/_draft.html" %}`.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from accounts.enums import Role
from accounts.http import ActorRequest, get_visible_or_404
from core.templatetags.words import names
from core.text import small_number
from core.undo import offer_undo
from records.desk.forms.conflict import Conflict, differing, same_values
from records.desk.models import Draft
from records.desk.queries.form_start import draft_lines, draft_values, open_draft
from records.desk.queries.history import last_writer
from records.desk.queries.pupil_file import Asked, PupilFile, pupil_file
from records.desk.queries.pupil_help import pupil_help
from records.desk.queries.roster import find_desk
from records.desk.queries.years import TermChoice, own_terms
from records.desk.services.drafts import drop_draft, save_draft, set_aside_draft
from records.enums import RecordKind
from records.kinds import kind_of
from records.models.records import Note
from records.queries.danger import calls_for_help, danger_of
from records.querysets.records import pupils_to_record
from records.rules import can_read_text, can_see_pupil_records, may_log_for
from schools.calendar import YearCalendar
from schools.models import Term
from students.models import Pupil

#: Who may open a pupil's page, and who may record; 德育室 reads, it does not record.
READERS = (Role.MENTOR, Role.HOMEROOM, Role.MORAL_OFFICE)
RECORDERS = (Role.MENTOR, Role.HOMEROOM)
#: The button of desk/_conflict.html that lets the other version stand.
TAKE_STORED = "take_stored"
ACT_TODAY = "请今天就联系心理老师。"
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


def chosen_term(request: ActorRequest) -> YearCalendar:
    """The year and term that `?term=` names (`YearCalendar.key`), else today's. Raises DomainError `not_set_up`."""
    return request.actor.calendar.at(request.GET.get("term", "")) or request.actor.calendar.now


def only_term(request: ActorRequest) -> tuple[Term | None, list[TermChoice]]:
    """The term that `?term=` names, None for all terms together; and the switch of terms."""
    calendar, narrowed = chosen_term(request), bool(request.GET.get("term"))
    terms = own_terms(request.actor, calendar, everything="全部", narrowed=narrowed)
    return calendar.term if narrowed else None, terms


def pupil_to_record(request: ActorRequest, pk: int) -> Pupil:
    """The pupil, if the actor may record for them this year; else 403, and 404 for another school's pupil."""
    return get_visible_or_404(pupils_to_record, request.actor, request.actor.calendar.now.year, pk=pk)


def file_of(request: ActorRequest, found: Pupil, calendar: YearCalendar) -> PupilFile:
    """The pupil's page as the actor may see it."""

    def may_read(note: Note) -> bool:
        return can_read_text(request.actor, note)

    may_log = getattr(found, "may_log", None)
    if may_log is None:
        may_log = may_log_for(request.actor, [found.pk], calendar.year)
    return pupil_file(request.actor, found, calendar, may_log=may_log, may_read=may_read, asked=_asked(request))


def _asked(request: ActorRequest) -> Asked:
    term, page = small_number(request.GET.get("term")), small_number(request.GET.get("page"))
    return Asked(request.GET.get("show", ""), term or 0, page or 1)


def file_context(request: ActorRequest, file: PupilFile) -> dict[str, Any]:
    """What the page's template and its replaceable part need."""
    return {
        "file": file,
        "pupil": file.pupil,
        "is_mentor": request.actor.has(Role.MENTOR),
        "help": pupil_help(request.actor, file.pupil, may_log=file.may_log),
    }


def back_url(request: ActorRequest, found: Pupil) -> str:
    """Where a form came from: the pupil's page or the roster table. Who is no mentor has the page only."""
    if request.GET.get("back") == "pupil" or not request.actor.has(Role.MENTOR):
        return reverse("desk:pupil", args=[found.pk])
    return reverse("desk:home")


def came_from(request: ActorRequest, pupils: list[Pupil]) -> Pupil:
    """Of those whom a record concerns the one whose page it was reached from (`?pupil=`), else the first in sight.

    The links on a pupil's page carry it along, so that what concerns several never ends on another child's file.
    """
    chosen = [pupil for pupil in pupils if len(pupils) == 1 or str(pupil.pk) == request.GET.get("pupil")]
    if chosen:
        return chosen[0]
    return next((pupil for pupil in pupils if can_see_pupil_records(request.actor, pupil)), pupils[0])


def render_form(request: ActorRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """A form as a page or in the panel; with errors, or with a refusal told beside it, it answers 422."""
    form = context["form"]
    context["back_url"] = back_url(request, context["pupil"])
    return render(request, template, context, status=422 if form.is_bound and form.errors else 200)


def saved(
    request: ActorRequest, pupils: list[Pupil], message: str, *, undo: str = "", note: Note | None = None
) -> HttpResponse:
    """After saving: for htmx the pieces of the page behind the panel that changed, else back to that page.

    `undo` is where a button beside the message posts to. `note` is the visit or talk that was saved: where it gives
    reason, 需要心理老师帮助 is offered for each of its pupils.
    """
    offer_undo(request, message, undo)
    if note is not None:
        _offer_help(request, note)
    target = back_url(request, pupils[0])
    if not request.htmx:
        return redirect(target)
    calendar = request.actor.calendar.now
    if target == reverse("desk:pupil", args=[pupils[0].pk]):
        file = file_of(request, pupils[0], calendar)
        return render(request, "desk/_saved_file.html", file_context(request, file))
    desk = find_desk(request.actor, calendar, pupil=pupils[0])
    changed = {p.pk for p in pupils}
    rows = [r for r in desk.rows if r.pupil.pk in changed] if desk is not None else []
    return render(request, "desk/_saved_rows.html", {"desk": desk, "rows": rows, "drafts": draft_lines(request.actor)})


def _offer_help(request: ActorRequest, note: Note) -> None:
    """Beside the message: 心理支持, if the talk or visit gives reason. Seen by the writer alone; nothing is sent."""
    danger = danger_of(note)
    if not danger and not calls_for_help(note):
        return
    pupils = kind_of(note).pupils_of(note)
    link = '<a href="{0}" hx-get="{0}" hx-target="#panel">{1}需要心理老师帮助</a>'
    back = "pupil" if request.GET.get("back") == "pupil" else "home"
    links = format_html_join(
        "　",
        link,
        (
            (reverse("counsel:refer", args=[p.pk]) + f"?back={back}", f"{p.name}：" if len(pupils) > 1 else "")
            for p in pupils
        ),
    )
    if danger.is_today:
        messages.error(request, format_html("您写下的话里，有的可能说明孩子有危险。{}{}", ACT_TODAY, links))
    elif danger:
        messages.warning(request, format_html("您写下的有些话值得多留意。{}", links))
    else:
        messages.info(request, format_html("{}可能需要更多支持？{}", names(pupils), links))
