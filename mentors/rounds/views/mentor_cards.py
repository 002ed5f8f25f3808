"""The mentor card 导师名片: one's own page, the photo, and what the code on the badge opens."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.http import ActorRequest, form_for
from core.gates import public
from core.saving import form_saved, show_form
from mentors.rounds.forms.mentor_cards import MentorCardForm
from mentors.rounds.queries.choices import Face
from mentors.rounds.queries.mentor_cards import mentor_card_of, own_teacher, photos_visible_to, shared_mentor_card
from mentors.rounds.services.mentor_cards import save_mentor_card
from mentors.staff.models import MentorCard


def photo_response(card: MentorCard) -> HttpResponse:
    """The stored picture; Http404 where its file is gone. It stays in one browser, and there not for long."""
    try:
        with card.photo.open("rb") as stored:
            data = stored.read()
    except FileNotFoundError:
        raise Http404 from None
    headers = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(data, content_type="image/jpeg", headers=headers)


@form_for()
def mine(request: ActorRequest) -> HttpResponse:
    """How pupils see me: every teacher with an account writes the own card. Others are told why they have none."""
    teacher = own_teacher(request.actor)
    if teacher is None:
        return render(request, "rounds/mentor_cards/none.html", status=403 if request.method == "POST" else 200)
    card = mentor_card_of(teacher)
    form = MentorCardForm(initial=MentorCardForm.about(card))
    if request.method == "POST":
        form = MentorCardForm(request.POST, request.FILES)
    if form_saved(form, lambda: save_mentor_card(actor=request.actor, teacher=teacher, data=form.mentor_card_data())):
        messages.success(request, "名片已保存。")
        return redirect("mentor_cards:mine")
    return show_form(request, "rounds/mentor_cards/mine.html", form, teacher=teacher, card=card)


@require_safe
def photo(request: ActorRequest, pk: int) -> HttpResponse:
    """A colleague's photo, for the people of the same school."""
    return photo_response(get_object_or_404(photos_visible_to(request.actor), pk=pk))


@public
@require_safe
def shared(request: HttpRequest, key: str) -> HttpResponse:
    """The card behind the code of a badge, if its teacher shares it."""
    card = shared_mentor_card(key)
    if card is None:
        raise Http404
    face = Face(card.teacher.name, card.teacher.subject, card)
    response = render(request, "rounds/mentor_cards/shared.html", {"faces": (face,), "school": card.school})
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@public
@require_safe
def shared_photo(request: HttpRequest, key: str) -> HttpResponse:
    """The photo of a shared card."""
    card = shared_mentor_card(key)
    if card is None or not card.photo:
        raise Http404
    return photo_response(card)
