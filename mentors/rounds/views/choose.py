"""What a slip opens about the mentor: choosing one, the mentor's card, and the quiet wish for another."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core.saving import form_saved, show_form
from mentors.enums import SheetSource, WishState
from mentors.rounds.forms.choices import ChoiceForm, WishForm, rank_label
from mentors.rounds.models import ChoiceSheet
from mentors.rounds.queries.choices import Mentoring, OpenMentor, mentoring_of, open_mentors, photo_for_family
from mentors.rounds.queries.running import Phase
from mentors.rounds.queries.wishes import wish_of
from mentors.rounds.services.choices import submit_choices
from mentors.rounds.services.wishes import hand_in_wish
from mentors.rounds.views.mentor_cards import photo_response
from students.family import posts_here, private, with_slip
from students.models import FamilySlip


@private
@require_http_methods(["GET", "HEAD", "POST"])
@with_slip
def mentors(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """The mentors whom the pupil may choose, what they chose, or what to wait for; `?edit=1` changes a sheet."""
    mentoring = mentoring_of(opened.pupil)
    if request.method != "POST":
        if mentoring.main is not None and not mentoring.waits:
            return redirect("choose:mine", key=opened.key)
        return posts_here(_page(request, opened, mentoring))
    if mentoring.round is None or mentoring.enrolment is None:
        return _page(request, opened, mentoring, status=422)
    shown = open_mentors(mentoring.round, mentoring.enrolment.school_class)
    form = ChoiceForm(shown, mentoring.round.max_choices, request.POST)
    asked, pupil = mentoring.round, opened.pupil
    if form_saved(
        form,
        lambda: submit_choices(round=asked, pupil=pupil, choices=form.chosen(), source=SheetSource.SLIP, slip=opened),
    ):
        return redirect("choose:mentors", key=opened.key)
    return posts_here(_page(request, opened, mentoring_of(opened.pupil), form=form, shown=shown, status=422))


def _page(
    request: HttpRequest,
    opened: FamilySlip,
    mentoring: Mentoring,
    *,
    form: ChoiceForm | None = None,
    shown: list[OpenMentor] | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "slip": opened,
        "school": opened.school,
        "mentoring": mentoring,
        "round": mentoring.round,
        "form": form,
        "status": status,
    }
    choosing = mentoring.takes_part and mentoring.phase == Phase.CHOOSING
    if mentoring.round is None or mentoring.enrolment is None or not mentoring.takes_part:
        return render(request, "rounds/choose/closed.html", context, status=status)
    if shown is None:
        shown = open_mentors(mentoring.round, mentoring.enrolment.school_class)
    if mentoring.sheet is not None:
        context["chosen"] = _chosen(mentoring.sheet, shown)
    if not choosing:
        return render(request, "rounds/choose/closed.html", context, status=status)
    if form is None and mentoring.sheet is not None and "edit" not in request.GET:
        return render(request, "rounds/choose/received.html", context, status=status)
    context |= {
        "mentors": shown,
        "form": form or ChoiceForm(shown, mentoring.round.max_choices, sheet=mentoring.sheet),
    }
    return render(request, "rounds/choose/mentors.html", context, status=status)


def _chosen(sheet: ChoiceSheet, shown: list[OpenMentor]) -> list[dict[str, Any]]:
    """The choices with the mentors' names; a mentor who is no longer open is said to be so."""
    names = {mentor.mentor_id: mentor.names for mentor in shown}
    return [
        {"label": rank_label(c.rank), "names": names.get(c.mentor_id, "这位导师现在不能选了"), "reason": c.reason}
        for c in sheet.choices.all()
    ]


@private
@require_safe
@with_slip
def mine(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """The pupil's mentors as they show themselves, and what became of a wish for another."""
    mentoring = mentoring_of(opened.pupil)
    if not mentoring.mentors:
        return redirect("choose:mentors", key=opened.key)
    wish = wish_of(opened.pupil)
    context = {"slip": opened, "school": opened.school, "mentoring": mentoring, "wish": wish}
    return render(request, "rounds/choose/mine.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
@with_slip
def wish(request: HttpRequest, opened: FamilySlip) -> HttpResponse:
    """Tells 德育室, and nobody else, that the pupil would like another mentor; a repeat changes the words."""
    if mentoring_of(opened.pupil).main is None:
        raise Http404
    found = wish_of(opened.pupil)
    waiting = found if found is not None and found.state == WishState.OPEN else None
    # The words may be empty, so an empty post counts as well.
    data = request.POST if request.method == "POST" else None
    form = WishForm(data, initial={"text": waiting.text if waiting else ""})
    if form_saved(form, lambda: hand_in_wish(slip=opened, text=form.cleaned_data["text"])):
        messages.success(request, "已经悄悄告诉德育室，老师会想办法。答复会出现在这一页。")
        return redirect("choose:mine", key=opened.key)
    return posts_here(
        show_form(request, "rounds/choose/wish.html", form, slip=opened, school=opened.school, waiting=waiting)
    )


@private
@require_safe
@with_slip
def photo(request: HttpRequest, opened: FamilySlip, pk: int) -> HttpResponse:
    """The photo of a mentor whom the pupil has or may choose."""
    card = photo_for_family(opened.pupil, pk)
    if card is None:
        raise Http404
    return photo_response(card)
