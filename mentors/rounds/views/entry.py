"""Paper forms: printed for a class, and typed in with the keyboard alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.clock import cn_full_day
from core.errors import DomainError
from core.text import clean_key, small_number
from core.unprintable import said_first, unprintable_names
from mentors.enums import RoundState, SheetSource
from mentors.queries.people import classes_visible_to
from mentors.rounds.documents.ballot import Ballot, BallotMentor, BallotPupil, render_ballots
from mentors.rounds.forms.choices import rank_label
from mentors.rounds.forms.entry import row_choices
from mentors.rounds.models import ChoiceSheet, MatchingRound
from mentors.rounds.queries.choices import OpenMentor, asked_in_class, open_mentors, sheets_in_class
from mentors.rounds.queries.running import rounds_visible_to
from mentors.rounds.services.choices import remove_choices, submit_choices
from mentors.rules import can_enter_choices
from schools.models import SchoolClass
from schools.queries import paper_style
from students.models import Enrolment


@dataclass(slots=True)
class EntryRow:
    """A pupil's line of the grid: what is stored, or what was typed and refused with `error`."""

    enrolment: Enrolment
    cells: list[str]
    names: list[str]
    version: int
    source: str
    error: str = ""

    @property
    def saved(self) -> bool:
        """Whether something is stored."""
        return self.version > 0


@dataclass(slots=True)
class Desk:
    """The grid of one class in one round."""

    round: MatchingRound
    school_class: SchoolClass
    enrolments: list[Enrolment]
    mentors: list[OpenMentor]
    sheets: dict[int, ChoiceSheet] = field(default_factory=dict)

    @property
    def ranks(self) -> range:
        """The ranks that can be given."""
        return range(1, self.round.max_choices + 1)

    def row(self, enrolment: Enrolment) -> EntryRow:
        """The stored line."""
        sheet = self.sheets.get(enrolment.pupil_id)
        by_key = {m.mentor_id: m for m in self.mentors}
        chosen = {c.rank: by_key.get(c.mentor_id) for c in sheet.choices.all()} if sheet is not None else {}
        held = [chosen.get(rank) for rank in self.ranks]
        return EntryRow(
            enrolment,
            [str(m.number) if m else "" for m in held],
            [m.names if m else "" for m in held],
            sheet.version if sheet is not None else 0,
            sheet.source if sheet is not None else "",
        )


@form_for(Role.HOMEROOM, Role.MORAL_OFFICE)
def grid(request: ActorRequest, pk: int, school_class: int) -> HttpResponse:
    """The class as a grid; without JavaScript one form whose button saves every row that was changed."""
    desk = _desk(request, pk, school_class)
    rows = [desk.row(enrolment) for enrolment in desk.enrolments]
    if request.method != "POST":
        return _grid_page(request, desk, rows)
    shown, saved = [], 0
    for row in rows:
        pupil = row.enrolment.pupil_id
        cells = [request.POST.get(f"p{pupil}_{rank}", "").strip() for rank in desk.ranks]
        if f"v{pupil}" not in request.POST or _same(cells, row.cells):
            shown.append(row)
            continue
        try:
            shown.append(_save(request, desk, row.enrolment, cells, small_number(request.POST.get(f"v{pupil}"))))
            saved += 1
        except DomainError as error:
            row.cells, row.error = cells, error.message
            shown.append(row)
    wrong = sum(1 for row in shown if row.error)
    if not wrong:
        messages.success(request, f"已保存，{saved} 位同学有改动。" if saved else "没有改动。")
        return redirect("entry:grid", pk=pk, school_class=school_class)
    if saved:
        messages.success(request, f"已保存 {saved} 位同学的意向。")
    messages.warning(request, f"还有 {wrong} 行没有保存，原因写在那一行。")
    return _grid_page(request, desk, shown, status=422)


@action_for(Role.HOMEROOM, Role.MORAL_OFFICE)
def row(request: ActorRequest, pk: int, school_class: int, pupil: int) -> HttpResponse:
    """Save one row. JSON: what is stored now, with 422 and a sentence where it was refused."""
    desk = _desk(request, pk, school_class, pupil)
    if not desk.enrolments:
        raise Http404
    [enrolment] = desk.enrolments
    cells = [request.POST.get(f"c{rank}", "").strip() for rank in desk.ranks]
    try:
        return JsonResponse(_answer(_save(request, desk, enrolment, cells, small_number(request.POST.get("version")))))
    except DomainError as error:
        fresh = _desk(request, pk, school_class, pupil).row(enrolment)
        return JsonResponse(_answer(fresh) | {"error": error.message, "code": error.code}, status=422)


@page_for(Role.HOMEROOM, Role.MORAL_OFFICE)
def ballots(request: ActorRequest, pk: int, school_class: int) -> HttpResponse:
    """The paper forms 意向征询表 of a class as a PDF, one per pupil, two to a sheet."""
    desk = _desk(request, pk, school_class)
    if not desk.enrolments:
        raise DomainError("nothing_to_print", "这个班没有要征询的同学。")
    if not desk.mentors:
        raise DomainError("nothing_to_print", "还没有面向这个班的候选导师，请德育室先设置候选导师。")
    label = desk.school_class.label
    names = [*(e.pupil.name for e in desk.enrolments), *(m.names for m in desk.mentors)]
    if stop := said_first(request, unprintable_names(names, label)):
        return stop
    found = desk.round
    paper = Ballot(
        school=paper_style(found.school).head,
        title=found.name,
        class_label=label,
        until=cn_full_day(found.closes_at) if found.closes_at is not None else "",
        max_choices=found.max_choices,
        mentors=tuple(
            BallotMentor(
                m.number,
                m.names,
                "、".join(dict.fromkeys(f.subject for f in m.faces if f.subject)),
                "；".join(
                    line for f in m.faces if f.mentor_card and (line := f.mentor_card.hobbies or f.mentor_card.sentence)
                ),
            )
            for m in desk.mentors
        ),
        pupils=tuple(BallotPupil(e.pupil.name, e.seat_number) for e in desk.enrolments),
    )
    response = HttpResponse(render_ballots(paper), content_type="application/pdf")
    name = f"{desk.school_class.code}-意向征询表.pdf"
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


def _desk(request: ActorRequest, pk: int, class_pk: int, pupil: int | None = None) -> Desk:
    """The grid of a class, or the line of one pupil alone."""
    actor = request.actor
    school_class = get_visible_or_404(classes_visible_to, actor, pk=class_pk)
    found = get_visible_or_404(rounds_visible_to, actor, pk=pk)
    if not can_enter_choices(actor, school_class):
        raise PermissionDenied
    if (
        not found.asks_pupils
        or school_class.grade_id != found.grade_id
        or school_class.year_id != found.year_id
        or found.state == RoundState.CANCELLED
    ):
        raise Http404
    enrolments = asked_in_class(found, school_class, pupil)
    sheets = sheets_in_class(actor, found, [e.pupil_id for e in enrolments])
    return Desk(found, school_class, enrolments, open_mentors(found, school_class), sheets)


def _save(request: ActorRequest, desk: Desk, enrolment: Enrolment, cells: Sequence[str], seen: int | None) -> EntryRow:
    choices = row_choices(cells, desk.mentors)
    if choices:
        sheet = submit_choices(
            round=desk.round,
            pupil=enrolment.pupil,
            choices=choices,
            source=SheetSource.PAPER,
            actor=request.actor,
            seen_version=seen,
        )
        desk.sheets[enrolment.pupil_id] = sheet
    else:
        remove_choices(actor=request.actor, round=desk.round, pupil=enrolment.pupil, seen_version=seen)
        desk.sheets.pop(enrolment.pupil_id, None)
    return desk.row(enrolment)


def _answer(row: EntryRow) -> dict[str, Any]:
    return {"cells": row.cells, "names": row.names, "version": row.version, "source": row.source}


def _same(typed: Sequence[str], stored: Sequence[str]) -> bool:
    return [clean_key(cell).lstrip("0") for cell in typed] == list(stored)


def _grid_page(request: ActorRequest, desk: Desk, rows: list[EntryRow], *, status: int = 200) -> HttpResponse:
    context = {
        "round": desk.round,
        "school_class": desk.school_class,
        "mentors": desk.mentors,
        "rows": [(row, list(zip(desk.ranks, row.cells, row.names, strict=True))) for row in rows],
        "ranks": [(rank, rank_label(rank)) for rank in desk.ranks],
        "done": sum(1 for row in rows if row.saved),
        "open": desk.round.state == RoundState.OPEN,
        "office": request.actor.has(Role.MORAL_OFFICE),
    }
    return render(request, "rounds/entry/grid.html", context, status=status)
