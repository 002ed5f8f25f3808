"""The class board 班主任协商 as tiles: moves are tried out first, then saved together, and can be taken back."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, form_for
from core.errors import DomainError
from core.saving import attempt
from mentors.board.forms.board import base_text, read_arrangement
from mentors.board.queries.board import Held, held_on, rebase, running_round, tile_board, undoable_save
from mentors.board.services.board import ChangedMeanwhile, save_board, undo_board_save
from mentors.board.views.table import class_to_match
from mentors.matching.spread import even_fill
from mentors.queries.people import ClassBoard, class_board
from mentors.rules import can_edit_team, can_grant_exception
from schools.enums import MatchingMode
from schools.models import SchoolClass


@form_for(Role.HOMEROOM, Role.MORAL_OFFICE)
def detail(request: ActorRequest, pk: int) -> HttpResponse:
    """The board of one class. A post carries the working arrangement and a `step`.

    `fill` answers with the board evenly filled and nothing saved, `save` writes all moves together, `undo` takes the
    latest save back. A refusal shows the present board with the moves that are still possible, status 422.
    """
    school_class = class_to_match(request, pk)
    step = request.POST.get("step")
    if request.method != "POST":
        return _page(request, class_board(school_class))
    answer = attempt(
        lambda: _undo(request, school_class) if step == "undo" else _save_or_fill(request, school_class, step)
    )
    if isinstance(answer, DomainError):
        # Nothing in the posted board could be used.
        return _page(request, class_board(school_class), problem=answer)
    return answer


def _save_or_fill(request: ActorRequest, school_class: SchoolClass, step: str | None) -> HttpResponse:
    posted = read_arrangement(request.POST)
    if step == "fill":
        board = class_board(school_class)
        return _filled(request, board, rebase(board, posted.base, posted.wanted))
    save = attempt(
        lambda: save_board(actor=request.actor, school_class=school_class, base=posted.base, wanted=posted.wanted)
    )
    if isinstance(save, DomainError):
        board = class_board(school_class)
        return _page(request, board, rebase(board, posted.base, posted.wanted), problem=save)
    # A second click finds everything written: it shows the first one's answer.
    save = save or undoable_save(request.actor, school_class)
    if not posted.moved:
        messages.info(request, "没有要保存的调整。")
    saved = f"?saved={save.pk}" if save is not None and posted.moved else ""
    return redirect(f"{reverse('board:detail', args=[school_class.pk])}{saved}")


def _filled(request: ActorRequest, board: ClassBoard, wanted: dict[int, int | None]) -> HttpResponse:
    """The board with the pupils who have no mentor spread evenly over the team's free places."""
    open_ones = [pupil for pupil, mentor in wanted.items() if mentor is None]
    columns = tile_board(board, wanted).columns
    team = {c.mentor.pk: (c.after, c.mentor.capacity) for c in columns if c.mentor and not c.is_guest}
    placed = even_fill(open_ones, team)
    if not open_ones:
        said = "没有未安排的同学，卡片都没有动。"
    elif not placed:
        said = "导师团没有名额了，卡片都没有动。"
    elif len(placed) < len(open_ones):
        said = f"放好了 {len(placed)} 位同学，还有 {len(open_ones) - len(placed)} 位没有名额。看过之后请保存。"
    else:
        said = f"{len(placed)} 位同学已均匀放好，还没有保存。看过之后请保存。"
    return _page(request, board, wanted | placed, said=said)


def _undo(request: ActorRequest, school_class: SchoolClass) -> HttpResponse:
    save = undoable_save(request.actor, school_class)
    if save is not None and str(save.pk) == request.POST.get("save"):
        undo_board_save(actor=request.actor, save=save)
        messages.success(request, f"已撤销 {len(save.moves)} 项调整，回到保存以前的安排。")
    else:
        messages.info(request, "这次保存已经撤销，或之后又有新的保存。页面上是最新的安排。")
    return redirect("board:detail", pk=school_class.pk)


def _page(
    request: ActorRequest,
    board: ClassBoard,
    wanted: Held | None = None,
    *,
    problem: DomainError | None = None,
    said: str = "",
) -> HttpResponse:
    actor, school_class = request.actor, board.school_class
    held = held_on(board)
    rules = actor.calendar.of(school_class.year).plan_on(actor.today)
    mode = rules.matching.get(school_class.grade_id) if rules is not None else None
    last_save = undoable_save(actor, school_class)
    context: dict[str, Any] = {
        "board": board,
        "tile_board": tile_board(board, held if wanted is None else wanted),
        "base": base_text(held),
        "problem": problem,
        "moved_by_others": _moved_by_others(board, problem),
        "said": said,
        "mode": mode if mode != MatchingMode.HOMEROOM else None,
        "round": running_round(actor, school_class),
        "last_save": last_save,
        "just_saved": last_save is not None and request.GET.get("saved") == str(last_save.pk),
        "may_edit_team": can_edit_team(actor),
        "may_grant": can_grant_exception(actor),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    return render(request, "board/detail.html", context, status=status)


def _moved_by_others(board: ClassBoard, problem: DomainError | None) -> Sequence[tuple[str, str]]:
    """Pupil and present mentor of each whom somebody else moved."""
    if not isinstance(problem, ChangedMeanwhile):
        return []
    names = {mentor.pk: f"{mentor.names}老师" for mentor in board.mentors}
    return [
        (row.enrolment.pupil.name, names[row.mentor_id] if row.mentor_id is not None else "未安排")
        for row in board.rows
        if row.enrolment.pupil_id in problem.pupil_ids
    ]
