"""The draft of a round: figures, lines, adjusting by hand, reckoning again, the workbook."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, form_for, page_for
from accounts.services import audit
from core.saving import button_done, form_saved, show_form
from core.search import is_named_like
from core.workbooks import SheetToWrite, write_workbook
from mentors.enums import MatchRule, MatchTieBreak, PlacementHow, RoundState
from mentors.rounds.forms.settings import RULES_SAID, TIE_BREAKS_SAID, PlaceForm
from mentors.rounds.models import MatchingRound, RoundMentor
from mentors.rounds.queries.draft import DraftLine, DraftView, draft_line, draft_view, rank_word
from mentors.rounds.queries.draft import recheck as recheck_round
from mentors.rounds.queries.running import Phase, candidates, phase
from mentors.rounds.queries.shortage import draft_rooms
from mentors.rounds.services.draft import draft_round, place_pupil, unpin
from mentors.rounds.services.publish import draft_outdated
from mentors.rounds.views.running import find_round

PER_PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Filters beside the ways in which a pupil came to the mentor.
BY_HAND, NOT_CHOSEN = "by-hand", "not-chosen"


@page_for(Role.MORAL_OFFICE)
def draft(request: ActorRequest, pk: int) -> HttpResponse:
    """The draft, or the protocol of a published round; `class`, `mentor`, `how` and `q` narrow the lines."""
    row = find_round(request, pk)
    audit(actor=request.actor, verb="read_draft", target=row, kind=AuditKind.READ)
    return render(request, "rounds/draft.html", _context(request, row))


@action_for(Role.MORAL_OFFICE)
def make_draft(request: ActorRequest, pk: int) -> HttpResponse:
    """Reckon the draft, or reckon it again."""
    row = find_round(request, pk)
    if not button_done(request, lambda: draft_round(actor=request.actor, round=row)):
        return redirect("rounds:detail", pk=pk)
    messages.success(request, "草案已经生成，请看一看。还没有公布，老师和家长都看不到。")
    return redirect("rounds:draft", pk=pk)


@action_for(Role.MORAL_OFFICE)
def recheck(request: ActorRequest, pk: int) -> HttpResponse:
    """重新核算: reckon again and say whether the draft comes out the same; nothing is written."""
    row = find_round(request, pk)
    if row.drafted_at is None:
        messages.warning(request, "还没有草案，或设置改过了。请先生成草案。")
        return redirect("rounds:draft", pk=pk)
    found = recheck_round(row)
    if found.same:
        messages.success(request, "已重新核算：与草案一致。")
    elif found.different:
        messages.warning(request, f"已重新核算：有 {found.different} 位同学的结果与草案不同。请重新生成草案。")
    else:
        messages.info(request, "已重新核算：名单或意向有变化，结果与草案相同。请重新生成草案，记下新的依据。")
    return redirect("rounds:draft", pk=pk)


@form_for(Role.MORAL_OFFICE)
def place(request: ActorRequest, pk: int, pupil: int) -> HttpResponse:
    """Place one pupil by hand. htmx gets the small form, then the whole draft; without it a page and a redirect."""
    row = find_round(request, pk)
    mentors = candidates(row)
    line = draft_line(row, pupil, mentors)
    if line is None:
        raise Http404
    space = draft_rooms(row)
    left = {key: max(room.places - placed, 0) for key, (room, placed) in space.items()}
    places = [(c.mentor, left[c.mentor_id]) for c in mentors]
    form = PlaceForm(
        places,
        request.POST or None,
        by_hand=line.by_hand,
        initial={"mentor": line.mentor.pk if line.mentor is not None else PlaceForm.OPEN},
    )
    done = form_saved(form, lambda: _place(request, row, line, form.cleaned_data["mentor"], mentors))
    if done is None:
        template = "rounds/_place.html" if request.htmx else "rounds/place.html"
        return show_form(request, template, form, round=row, line=line, query=request.GET.urlencode())
    if not request.htmx:
        messages.success(request, done.value)
        return redirect(f"{reverse('rounds:draft', args=[pk])}?{request.GET.urlencode()}")
    answer = render(request, "rounds/_draft.html", _context(request, find_round(request, pk)) | {"said": done.value})
    answer["HX-Retarget"], answer["HX-Reswap"] = "#draft", "outerHTML"
    return answer


def _place(request: ActorRequest, row: MatchingRound, line: DraftLine, wanted: str, mentors: list[RoundMentor]) -> str:
    pupil = line.enrolment.pupil
    mentor = next((c.mentor for c in mentors if str(c.mentor_id) == wanted), None)
    if wanted == PlaceForm.RULE:
        moved = unpin(actor=request.actor, round=row, pupil=pupil)
        said = f"{pupil.name}重新按规则安排。"
    else:
        moved = place_pupil(actor=request.actor, round=row, pupil=pupil, mentor=mentor)
        said = f"{pupil.name}安排给{mentor.names}老师。" if mentor is not None else f"{pupil.name}先留空。"
    return f"{said}另有 {moved} 位同学按规则随之调整。" if moved else said


def _context(request: ActorRequest, row: MatchingRound) -> dict[str, Any]:
    view = draft_view(row, request.actor)
    lines = _narrowed(request, view)
    page = Paginator(lines, PER_PAGE).get_page(request.GET.get("page"))
    stage = phase(row)
    return {
        "round": row,
        "phase": stage.value,
        "view": view,
        "page_obj": page,
        "found": len(lines),
        "filters": {key: request.GET.get(key, "") for key in ("class", "mentor", "how", "q")},
        "query": request.GET.urlencode(),
        "classes": list(dict.fromkeys(v.enrolment.school_class for v in view.lines)),
        "hows": [
            ("1", "第一志愿"),
            (NOT_CHOSEN, "没选上自己的志愿"),
            *((how.value, how.label) for how in PlacementHow if how not in (PlacementHow.CHOICE, PlacementHow.PINNED)),
            (BY_HAND, "手动安排"),
        ],
        "may_adjust": row.state in (RoundState.SETUP, RoundState.OPEN) and row.drafted_at is not None,
        "is_preview": stage in (Phase.WAITING, Phase.CHOOSING),
        "outdated": draft_outdated(row) if row.state in (RoundState.SETUP, RoundState.OPEN) else [],
        "rule": MatchRule(row.rule).label,
        "rule_said": RULES_SAID[MatchRule(row.rule)],
        "tie_break": MatchTieBreak(row.tie_break).label,
        "tie_break_said": TIE_BREAKS_SAID[MatchTieBreak(row.tie_break)],
    }


def _narrowed(request: ActorRequest, view: DraftView) -> list[DraftLine]:
    wanted = {key: request.GET.get(key, "").strip() for key in ("class", "mentor", "how", "q")}

    def fits(line: DraftLine) -> bool:
        how, text = wanted["how"], wanted["q"]
        pupil = line.enrolment.pupil
        return (
            (not wanted["class"] or str(line.enrolment.school_class_id) == wanted["class"])
            and (not wanted["mentor"] or str(line.placement.mentor_id) == wanted["mentor"])
            and (not how or _came_so(line, how))
            and (not text or is_named_like(text, name=pupil.name, pinyin=pupil.pinyin, initials=pupil.initials))
        )

    return [line for line in view.lines if fits(line)]


def _came_so(line: DraftLine, how: str) -> bool:
    if how == "1":
        return line.placement.rank == 1
    if how == BY_HAND:
        return line.by_hand
    if how == NOT_CHOSEN:
        return bool(line.choices) and line.placement.rank is None
    return line.placement.how == how


@page_for(Role.MORAL_OFFICE)
def download(request: ActorRequest, pk: int) -> HttpResponse:
    """The draft as a workbook: lines with choices and lottery numbers, mentors, and by what it was reckoned."""
    row = find_round(request, pk)
    view = draft_view(row, request.actor)
    audit(actor=request.actor, verb="download_draft", target=row, kind=AuditKind.READ, detail={"rows": view.total})
    most = max((len(v.choices) for v in view.lines), default=0)
    wishes = [f"第{rank_word(rank)}志愿" for rank in range(1, most + 1)]
    lines = SheetToWrite(
        "匹配结果",
        ["班级", "座号", "姓名", "学籍号", *wishes, "抽签号", "导师", "怎样安排", "说明"],
        [
            [
                v.enrolment.school_class.label,
                v.enrolment.seat_number,
                v.enrolment.pupil.name,
                v.enrolment.pupil.student_number,
                *v.choices,
                *[""] * (len(wishes) - len(v.choices)),
                v.number,
                v.mentor.names if v.mentor is not None else "",
                v.outcome,
                v.why,
            ]
            for v in view.lines
        ],
        [12, 6, 12, 22, *[14] * len(wishes), 8, 16, 16, 24],
    )
    mentors = SheetToWrite(
        "导师",
        ["编号", "导师", "原有学生", "本轮安排", "合计", "上限"],
        [
            [load.candidate.number, load.mentor.names, load.room.present, load.placed, load.total, load.limit]
            for load in view.loads
        ],
        [6, 18, 10, 10, 8, 8],
    )
    rule, tie_break = MatchRule(row.rule), MatchTieBreak(row.tie_break)
    basis = SheetToWrite(
        "依据",
        ["项目", "内容"],
        [
            ["名称", row.name],
            ["规则", f"{rule.label}：{RULES_SAID[rule]}"],
            ["条件相同时", f"{tie_break.label}：{TIE_BREAKS_SAID[tie_break]}"],
            ["抽签种子", str(row.seed)],
            ["核对码", row.digest],
        ],
        [14, 80],
    )
    response = HttpResponse(write_workbook([lines, mentors, basis]), content_type=XLSX)
    kind = "匹配记录" if row.state == RoundState.PUBLISHED else "匹配草案"
    response["Content-Disposition"] = content_disposition_header(True, f"{row.name}-{kind}.xlsx") or "attachment"
    return response
