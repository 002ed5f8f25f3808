"""心灵树洞 for pupils, by slip: hand a card to any teacher, and read the answer with the word 暗号 that one noted.

The slip is in the parents' hands, too: without the word nothing tells that there are cards. Cards that were opened stay
open in this session for a short while only, or until the pupil shuts the tree hole.
"""

import datetime
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import today
from core.saving import form_saved, show_form
from core.text import small_number
from mentors.models.slots import Teacher
from records.care.forms import CodeForm, PupilTreeHoleCardForm
from records.care.queries.tree_hole import near_teachers, reachable_teachers, search_teachers, tree_hole_cards_of_slip
from records.care.services.tree_hole import hand_in_tree_hole_card, open_by_code, tree_hole_code
from records.models.care import TreeHoleCard
from schools.calendar import SchoolCalendar
from students.family import posts_here, private, with_slip
from students.models import FamilySlip

#: A card that was opened stays open for so long: a shared phone is handed on.
OPEN_FOR: Final = datetime.timedelta(minutes=20)
SESSION_KEY: Final = "tree_hole"
FRESH_KEY: Final = "tree_hole_fresh"
SALT: Final = "tree-hole-card"
MOST_OPEN: Final = 20


@private
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_slip
def new(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """First to whom, then what: a card to one teacher of the school."""
    teacher = _chosen(request, opened)
    if teacher is None:
        return _choose(request, opened)
    form = PupilTreeHoleCardForm(request.POST or None)
    if request.method == "POST" and request.user.is_authenticated:
        # A teacher who helps with the slip on the own device must not write in the pupil's place.
        messages.warning(request, "您现在以教师账号登录，不能替同学交树洞卡。纸质卡请在“树洞卡”里录入。")
        return redirect("family:tree_hole_new", key=opened.key)
    if done := form_saved(
        form,
        lambda: hand_in_tree_hole_card(
            slip=opened, teacher=teacher, data=form.card_data(), submission=form.cleaned_data["submission"]
        ),
    ):
        _remember(request, opened, done.value)
        request.session[FRESH_KEY] = done.value.pk
        return redirect("family:tree_hole_card", key=opened.key, pk=done.value.pk)
    page = show_form(request, "family/tree_hole/new.html", form, slip=opened, school=opened.school, teacher=teacher)
    return posts_here(page)


def _chosen(request: HttpRequest, opened: FamilySlip) -> Teacher | None:
    return reachable_teachers(opened.school_id, on=today()).filter(pk=small_number(request.GET.get("to")) or 0).first()


def _choose(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    year = SchoolCalendar(opened.school_id, today()).year
    query = request.GET.get("q", "").strip()[:20]
    context = {
        "slip": opened,
        "school": opened.school,
        "near": near_teachers(opened, year, on=today()) if year is not None else [],
        "found": search_teachers(opened.school_id, query, on=today()),
        "query": query,
    }
    return render(request, "family/tree_hole/choose.html", context)


@private
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_slip
def tree_hole(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """Asks for the word 暗号; shows what this session has opened, and nothing else."""
    form = CodeForm(request.POST or None)
    status = 422 if request.method == "POST" else 200
    if done := form_saved(form, lambda: open_by_code(slip=opened, code=form.cleaned_data["code"])):
        _remember(request, opened, done.value)
        return redirect("family:tree_hole_card", key=opened.key, pk=done.value.pk)
    if form.has_error("code", "card_locked"):
        status = 429
    context: dict[str, Any] = {"slip": opened, "school": opened.school, "form": form}
    context["cards"] = tree_hole_cards_of_slip(opened, _open_keys(request, opened))
    return posts_here(render(request, "family/tree_hole/list.html", context, status=status))


@private
@require_safe
@with_slip
def card(request: HttpRequest, opened: FamilySlip, pk: int) -> HttpResponse:
    """One card with its answer, if this session has opened it. The word is shown once, right after handing in."""
    if pk not in _open_keys(request, opened):
        messages.info(request, "请先输入暗号。")
        return redirect("family:tree_hole", key=opened.key)
    found = next(iter(tree_hole_cards_of_slip(opened, [pk])), None)
    if found is None:
        raise Http404
    code = ""
    if request.session.get(FRESH_KEY) == pk:
        del request.session[FRESH_KEY]
        code = tree_hole_code(found)
    context = {"slip": opened, "school": opened.school, "card": found, "code": code}
    return posts_here(render(request, "family/tree_hole/card.html", context))


@private
@require_POST
@with_slip
def leave(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """Shut the tree hole in this session: from now on the word is needed again."""
    marks = dict(request.session.get(SESSION_KEY, {}))
    marks.pop(str(opened.pk), None)
    request.session[SESSION_KEY] = marks
    request.session.pop(FRESH_KEY, None)
    messages.success(request, "树洞已关好。")
    return redirect("family:tree_hole", key=opened.key)


def _open_keys(request: HttpRequest, opened: FamilySlip) -> list[int]:
    """The cards of this slip that the session has opened within `OPEN_FOR`."""
    mark = request.session.get(SESSION_KEY, {}).get(str(opened.pk), "")
    try:
        slip_id, keys = signing.loads(mark, salt=SALT, max_age=OPEN_FOR)
    except signing.BadSignature:
        return []
    return list(keys) if slip_id == opened.pk else []


def _remember(request: HttpRequest, opened: FamilySlip, card: TreeHoleCard) -> None:
    keys = [card.pk, *(key for key in _open_keys(request, opened) if key != card.pk)][:MOST_OPEN]
    marks = dict(request.session.get(SESSION_KEY, {}))
    marks[str(opened.pk)] = signing.dumps([opened.pk, keys], salt=SALT)
    request.session[SESSION_KEY] = marks
