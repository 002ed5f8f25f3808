"""Writing a growth letter 成长寄语."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, form_for, get_visible_or_404
from records.contexts import paragraphs
from records.enums import LetterState, RecordKind
from records.forms.desk import LetterForm
from records.queries.desk_choices import letter_of, letter_pupils
from records.queries.letter_findings import finding_lines
from records.services.letters import LetterBlocked
from records.views.desk import back_url, render_form, saved
from records.views.drafting import KEPT_STORED, TAKE_STORED, FormDraft, conflict_of, keep_stored
from records.views.letter_saving import initial_of, try_save


@form_for(Role.MENTOR)
def letter(request: ActorRequest, pk: int) -> HttpResponse:
    """The letter of this term to one's own pupil: keep as a draft, or hand in."""
    calendar = request.actor.calendar.now
    pupil = get_visible_or_404(letter_pupils(request.actor, calendar), request.actor, pk=pk)
    stored = letter_of(request.actor, pupil, calendar.term)
    label = calendar.rules.plan.letter_label
    context: dict[str, Any] = {"pupil": pupil, "letter": stored, "label": label, "calendar": calendar}
    if stored is not None and stored.state == LetterState.RELEASED and request.method != "POST":
        context["body_lines"], context["advice_lines"] = paragraphs(stored.body), paragraphs(stored.advice)
        context["back_url"] = back_url(request, pupil)
        return render(request, "desk/letter_released.html", context)
    draft = FormDraft.of(request, f"letter/{pupil.pk}/{calendar.term.pk}")
    if stored is not None and request.POST.get("action") == TAKE_STORED:
        kept = keep_stored(request, draft)
        return saved(request, [pupil], KEPT_STORED, undo=reverse("desk:draft_undo", args=[kept.pk]))
    initial = initial_of(stored)
    form = LetterForm(
        request.POST or None, with_advice=calendar.with_advice, initial=draft.over(request, initial, LetterForm)
    )
    context |= {"form": form, "draft": draft}
    if stored is not None:
        context |= {"record": stored, "conflict": draft.conflict(form, initial, stored.version, stored.pk)}
    if request.method == "POST" and form.is_valid():
        hands_in = request.POST.get("action") == "hand_in"
        error = try_save(request, pupil, calendar.term, form, stored, draft_key=draft.key, hands_in=hands_in)
        if error is not None:
            context["letter"] = stored = letter_of(request.actor, pupil, calendar.term)
            form.add_error(None, error.message)
            if isinstance(error, LetterBlocked):
                body, advice = request.POST.get("body", ""), request.POST.get("advice", "")
                context["findings"] = finding_lines(error.findings, body=body.strip(), advice=advice.strip())
            if stored is not None and error.code == "changed_meanwhile":
                form.show_version(stored.version)
                context["conflict"] = conflict_of(form, initial_of(stored), RecordKind.LETTER, stored.pk)
            return render_form(request, "desk/letter.html", context)
        done = f"已交稿：{pupil.name}的{label}。" if hands_in else f"已存草稿：{pupil.name}的{label}。"
        return saved(request, [pupil], done)
    return render_form(request, "desk/letter.html", context)
