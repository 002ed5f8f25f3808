"""Writing a growth letter 成长寄语."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.http import ActorRequest, get_visible_or_404, roles_required
from core.errors import DomainError
from records.contexts import paragraphs
from records.enums import LetterState
from records.forms.desk import LetterForm
from records.models import GrowthLetter
from records.queries.desk_choices import letter_of, letter_pupils, school_pupils
from records.services import hand_in_letter, save_letter_draft
from records.views.desk import back_url, calendar_or_stop, render_form, saved


@roles_required(Role.MENTOR)
@require_http_methods(["GET", "POST"])
@never_cache
def letter(request: ActorRequest, pk: int) -> HttpResponse:
    """The letter of this term to one's own pupil: keep as a draft, or hand in."""
    calendar = calendar_or_stop(request)
    pupil = get_visible_or_404(
        letter_pupils(request.actor, calendar), request.actor, everyone=school_pupils(request.actor), pk=pk
    )
    stored = letter_of(request.actor, pupil, calendar.term)
    label = calendar.rules.plan.letter_label
    context: dict[str, Any] = {"pupil": pupil, "letter": stored, "label": label, "calendar": calendar}
    if stored is not None and stored.state == LetterState.RELEASED and request.method == "GET":
        context["body_lines"], context["advice_lines"] = paragraphs(stored.body), paragraphs(stored.advice)
        context["back_url"] = back_url(request, pupil)
        return render(request, "desk/letter_released.html", context)
    form = LetterForm(request.POST or None, with_advice=calendar.with_advice, initial=_initial(stored))
    context["form"] = form
    if request.method == "POST" and form.is_valid():
        hands_in = request.POST.get("action") == "hand_in"
        save = hand_in_letter if hands_in else save_letter_draft
        body = form.cleaned_data["body"]
        # Where the plan wants no advice there is no field: what an earlier version of the plan left stays.
        advice = form.cleaned_data.get("advice", stored.advice if stored is not None else "")
        try:
            save(
                actor=request.actor,
                pupil=pupil,
                term=calendar.term,
                body=body,
                advice=advice,
                version=form.cleaned_data["version"],
                submission=form.cleaned_data["submission"],
            )
        except DomainError as error:
            stored = letter_of(request.actor, pupil, calendar.term)
            if not _is_same(stored, body, advice, error, hands_in=hands_in):
                if error.code == "not_allowed":
                    raise PermissionDenied from error
                form.add_error(None, error.message)
                context["letter"] = stored
                if stored is not None and error.code == "changed_meanwhile":
                    form.show_version(stored.version)
                    context["stored"] = stored
                return render_form(request, "desk/letter.html", context)
        done = f"已交稿：{pupil.name}的{label}。" if hands_in else f"已存草稿：{pupil.name}的{label}。"
        return saved(request, [pupil], done)
    return render_form(request, "desk/letter.html", context)


def _initial(stored: GrowthLetter | None) -> dict[str, Any]:
    if stored is None:
        return {}
    return {"version": stored.version, "body": stored.body, "advice": stored.advice}


def _is_same(stored: GrowthLetter | None, body: str, advice: str, error: DomainError, *, hands_in: bool) -> bool:
    """Whether a version conflict is only the same form sent twice."""
    return (
        error.code == "changed_meanwhile"
        and stored is not None
        and (stored.body, stored.advice) == (body, advice)
        and (stored.state == LetterState.HANDED_IN) == hands_in
    )
