"""心灵树洞 for pupils, by slip: hand a card to any teacher, and read the answer with the word 暗号 that one noted.

The slip is in the parents' hands, too: without the word nothing tells that there are cards, and a card that was handed
in is shut at once. Cards that were opened with their word stay open in this session for a short while only, or until
the pupil shuts the tree hole.
"""

import datetime
from typing import Any, Final

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.devices import visitor
from accounts.services.door import CARD
from core.clock import now, today
from core.gates import repeatable
from core.saving import form_saved, show_form
from core.text import small_number
from mentors.models.slots import Teacher
from records.care.forms import CodeForm, PupilTreeHoleCardForm
from records.care.queries.tree_hole import (
    is_offered,
    near_teachers,
    reachable_teachers,
    search_teachers,
    tree_hole_cards_of_slip,
)
from records.care.services.tree_hole import hand_in_tree_hole_card, open_by_code, tree_hole_code
from records.models.care import TreeHoleCard
from schools.calendar import SchoolCalendar
from students.family import posts_here, private, with_slip
from students.models import FamilySlip

#: A card that was opened stays open for so long: a shared phone is handed on.
OPEN_FOR: Final = datetime.timedelta(minutes=20)
SESSION_KEY: Final = "tree_hole"
FRESH_KEY: Final = "tree_hole_fresh"
HANDED_IN_KEY: Final = "tree_hole_handed_in"
SALT: Final = "tree-hole-card"
#: So many cards are taken from one device in a day.
MOST_HERE: Final = 5
MOST_OPEN: Final = 20


@private
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_slip
def new(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """First to whom, then what: a card to one teacher of the school."""
    if not is_offered(opened):
        raise Http404
    teacher = _chosen(request, opened)
    if teacher is None:
        return _choose(request, opened)
    form = PupilTreeHoleCardForm(request.POST or None)
    if request.method == "POST" and len(_handed_in(request)) >= MOST_HERE:
        messages.warning(request, "这台手机今天交了好几张了，请明天再写。着急的话，直接去找你信任的老师。")
        return redirect("family:tree_hole", key=opened.key)
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
        # Shut at once: whoever gets the phone next, or presses Back, finds nothing. The word alone opens it again.
        _shut(request, opened)
        request.session[FRESH_KEY] = done.value.pk
        request.session[HANDED_IN_KEY] = [*_handed_in(request), int(now().timestamp())]
        return redirect("family:tree_hole_handed_in", key=opened.key)
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


@repeatable
@private
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@with_slip
def tree_hole(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """Asks for the word 暗号; shows what this session has opened, and nothing else."""
    form = CodeForm(request.POST or None)
    status = 422 if request.method == "POST" else 200
    if done := form_saved(form, lambda: _by_code(request, opened, form.cleaned_data["code"])):
        _remember(request, opened, done.value)
        return redirect("family:tree_hole_card", key=opened.key, pk=done.value.pk)
    if form.has_error("code", "card_locked"):
        status = 429
    context: dict[str, Any] = {"slip": opened, "school": opened.school, "form": form}
    context["cards"] = tree_hole_cards_of_slip(opened, _open_keys(request, opened))
    return posts_here(render(request, "family/tree_hole/list.html", context, status=status))


def _by_code(request: HttpRequest, opened: FamilySlip, code: str) -> TreeHoleCard:
    return open_by_code(slip=opened, code=code, visitor=visitor(request, CARD, str(opened.pk)))


@private
@require_safe
@with_slip
def handed_in(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """The word 暗号, once, right after handing in; nothing of what was written stands here."""
    found = next(iter(tree_hole_cards_of_slip(opened, [request.session.pop(FRESH_KEY, 0)])), None)
    if found is None:
        return redirect("family:tree_hole", key=opened.key)
    context = {"slip": opened, "school": opened.school, "card": found, "code": tree_hole_code(found)}
    return posts_here(render(request, "family/tree_hole/handed_in.html", context))


@private
@require_safe
@with_slip
def card(request: HttpRequest, opened: FamilySlip, pk: int) -> HttpResponse:
    """One card with its answer, if this session has opened it with its word."""
    if pk not in _open_keys(request, opened):
        messages.info(request, "请先输入暗号。")
        return redirect("family:tree_hole", key=opened.key)
    found = next(iter(tree_hole_cards_of_slip(opened, [pk])), None)
    if found is None:
        raise Http404
    context = {"slip": opened, "school": opened.school, "card": found}
    return posts_here(render(request, "family/tree_hole/card.html", context))


@private
@require_POST
@with_slip
def leave(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """Shut the tree hole in this session: from now on the word is needed again."""
    _shut(request, opened)
    messages.success(request, "树洞已关好。")
    return redirect("family:tree_hole", key=opened.key)


def _shut(request: HttpRequest, opened: FamilySlip) -> None:
    marks = dict(request.session.get(SESSION_KEY, {}))
    marks.pop(str(opened.pk), None)
    request.session[SESSION_KEY] = marks
    request.session.pop(FRESH_KEY, None)


def _handed_in(request: HttpRequest) -> list[int]:
    """When cards were handed in on this device today. Only this session counts: a figure of the pupil would tell."""
    since = now().timestamp() - 24 * 3600
    return [at for at in request.session.get(HANDED_IN_KEY, []) if at > since]


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
