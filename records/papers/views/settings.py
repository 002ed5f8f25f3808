"""The settings of a school's papers, and the sample that follows the typing."""

import base64
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404
from core.colours import READABLE, contrast_on_white, is_colour
from core.errors import DomainError
from core.gates import repeatable
from core.pdf import picture_type
from core.saving import attempt, refuse
from core.text import clean_text
from records.desk.forms.conflict import differing
from records.papers.forms.settings import LABELS, SECTIONS, SWATCHES, PaperSettingsForm
from records.papers.samples import FIRST, SAMPLES, sample_picture
from records.papers.services.settings import save_paper_settings
from schools.contexts import Letterhead, PaperStyle, SampleLook
from schools.enums import Design
from schools.models import Plan, School
from schools.queries import paper_settings, schools_visible_to, style_of
from schools.services import clean_words


@dataclass(frozen=True, slots=True)
class _Known:
    """What is set now; `plan` is the newest version, which says what the letter is called."""

    school: School
    version: int
    style: PaperStyle
    plan: Plan | None
    names_letter: bool

    @property
    def label(self) -> str:
        return self.plan.letter_label if self.plan is not None else ""

    @property
    def initial(self) -> dict[str, Any]:
        return PaperSettingsForm.about(self.style, self.version, self.label)

    def form(self, *args: Any, **kwargs: Any) -> PaperSettingsForm:
        return PaperSettingsForm(*args, names_letter=self.names_letter, **kwargs)


def _known(request: ActorRequest) -> _Known:
    """Three queries."""
    actor = request.actor
    school = get_visible_or_404(schools_visible_to, actor, pk=actor.school_id)
    settings, year = paper_settings(school), actor.calendar.year
    versions = actor.calendar.of(year).versions if year is not None else ()
    plan = max((rules.plan for rules in versions), key=lambda plan: plan.version, default=None)
    names_letter = plan is not None and actor.has(Role.SCHOOL_ADMIN)
    return _Known(school, settings.version if settings else 0, style_of(school, settings), plan, names_letter)


@form_for(Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)
def settings_page(request: ActorRequest) -> HttpResponse:
    """The form; saved, it comes back with the new settings. `restore` puts a section's defaults in, unsaved."""
    known = _known(request)
    if request.method != "POST":
        return _page(request, known, known.form(initial=known.initial))
    if "restore" in request.POST:
        return _restored(request, known)
    form = known.form(request.POST, request.FILES)
    if form.is_valid():
        done = attempt(lambda: save_paper_settings(actor=request.actor, school=known.school, change=form.change()))
        if isinstance(done, DomainError):
            return _refused(request, known, form, done)
        messages.success(request, "版面设置已保存，之后打印的都按新的样子。")
        return redirect("papers:settings")
    return _page(request, known, form)


def _restored(request: ActorRequest, known: _Known) -> HttpResponse:
    data = request.POST.copy()
    for name, value in PaperSettingsForm.defaults(str(data["restore"])).items():
        # An unticked box is not sent at all.
        data.setlist(name, [] if value is False else [value])
    form = known.form(initial={**known.initial, **data.dict(), **_boxes(data)})
    return _page(request, known, form, restored=True)


def _boxes(data: Any) -> dict[str, bool]:
    return {name: bool(data.get(name)) for name in ("signed_by_hand", "family_code", "remove_logo")}


def _refused(request: ActorRequest, known: _Known, form: PaperSettingsForm, error: DomainError) -> HttpResponse:
    data = request.POST.copy()
    if error.code == "label_stale":
        data["seen_label"] = known.label
    elif error.code != "stale" or known.version == form.cleaned_data["version"]:
        refuse(form, error)
        return _page(request, known, form)
    # What was typed stays; saved once more, now with knowledge of the other, it holds.
    data["version"], data["colour"] = str(known.version), form.cleaned_data["colour"]
    again = known.form(data)
    if error.code == "label_stale":
        refuse(again, error)
        return _page(request, known, again)
    rows = differing(again, again.stored(known.style))
    return _page(request, known, again, conflict=rows, status=HTTPStatus.CONFLICT)


@repeatable
@action_for(Role.MORAL_OFFICE, Role.SCHOOL_ADMIN)
def settings_preview(request: ActorRequest) -> HttpResponse:
    """The sample as the unsaved form would print it; nothing is written. Without htmx: the whole page around it."""
    known = _known(request)
    form = known.form(request.POST, request.FILES)
    is_valid = form.is_valid()
    if not request.htmx:
        return _page(request, known, form, picture=_sample(known, form) if is_valid else None)
    context = {"form": form, "too_light": _too_light(form, known)}
    if not is_valid:
        response = render(request, "papers/_sample_errors.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
        # The last good picture stays; the errors find their own places.
        response["HX-Reswap"] = "none"
        return response
    return render(request, "papers/_sample_answer.html", context | {"picture": _sample(known, form)})


def _sample(known: _Known, form: PaperSettingsForm) -> dict[str, Any]:
    """The picture of the chosen sample in the form's look, and what it is called."""
    data = form.cleaned_data
    words = clean_words(form.words())
    logo = data["logo"] or (None if data["remove_logo"] else known.style.head.logo)
    design = words.design or Design(data.get("shown_design") or Design.UPPER)
    head = Letterhead(name=known.school.name, logo=logo, colour=data["colour"])
    style = PaperStyle(head=head, words=words)
    label = clean_text(form.label()) or known.label or LABELS[0]
    look = SampleLook(style=style, design=design, letter_label=label)
    sample = SAMPLES[data.get("sample") or FIRST]
    alt = f"{sample.label}样张，{design.label}" if sample.has_designs else f"{sample.label}样张"
    return {"source": _data_address(sample_picture(sample.key, look)), "alt": alt}


def _page(
    request: ActorRequest, known: _Known, form: PaperSettingsForm, *, status: int = HTTPStatus.OK, **more: Any
) -> HttpResponse:
    logo = known.style.head.logo
    context = {
        "form": form,
        "sections": [
            (section, form.fields_of(section), json.dumps(form.defaults(section.key), ensure_ascii=False))
            for section in SECTIONS
        ],
        "swatches": list(zip(form["swatch"], [*dict(SWATCHES), ""], strict=True)),
        "with_designs": " ".join(sample.key for sample in SAMPLES.values() if sample.has_designs),
        "label": known.label,
        "is_office": request.actor.has(Role.MORAL_OFFICE),
        "later": known.plan if known.plan is not None and known.plan.effective_from > request.actor.today else None,
        "logo": _data_address(logo) if logo else "",
        "too_light": _too_light(form, known),
    }
    if form.errors and status == HTTPStatus.OK:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "papers/settings.html", context | more, status=status)


def _too_light(form: PaperSettingsForm, known: _Known) -> bool:
    """Whether the chosen colour is darkened for type."""
    colour = form.cleaned_data.get("colour", "") if form.is_bound and hasattr(form, "cleaned_data") else ""
    colour = colour or form.initial.get("colour", known.style.head.colour)
    return is_colour(colour) and contrast_on_white(colour) < READABLE


def _data_address(picture: bytes) -> str:
    return f"data:{picture_type(picture)};base64,{base64.b64encode(picture).decode('ascii')}"
