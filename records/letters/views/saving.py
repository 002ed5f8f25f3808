"""Saving a letter, as the short form of the side panel and the letter desk both do it."""

from django.core.exceptions import PermissionDenied

from accounts.http import ActorRequest
from core.errors import DomainError
from core.saving import attempt
from records.desk.forms.records import LetterForm
from records.desk.queries.form_start import letter_of
from records.desk.services.drafts import drop_draft
from records.enums import LetterState
from records.letters.queries.findings import keys_in
from records.letters.services.writing import hand_in_letter, save_letter_draft
from records.models.records import GrowthLetter
from schools.models import Term
from students.models import Pupil


def known_in(form: LetterForm, stored: GrowthLetter | None) -> list[str]:
    """What the writer has waved aside by now: in this form, and in what is stored."""
    return keys_in(" ".join([*(stored.known_findings if stored is not None else ()), form.data.get("known", "")]))


def try_save(
    request: ActorRequest,
    pupil: Pupil,
    term: Term,
    form: LetterForm,
    stored: GrowthLetter | None,
    *,
    draft_key: str,
    hands_in: bool,
) -> DomainError | None:
    """Save what a valid `form` holds; None once it is saved, else the refusal. Raises PermissionDenied."""
    save = hand_in_letter if hands_in else save_letter_draft
    body = form.cleaned_data["body"]
    # Where the plan wants no advice there is no field: what an earlier version of the plan left stays.
    advice = form.cleaned_data.get("advice", stored.advice if stored is not None else "")
    refusal = attempt(
        lambda: save(
            actor=request.actor,
            pupil=pupil,
            term=term,
            body=body,
            advice=advice,
            version=form.cleaned_data["version"],
            submission=form.cleaned_data["submission"],
            draft_key=draft_key,
            known=known_in(form, stored),
        )
    )
    if not isinstance(refusal, DomainError):
        return None
    if refusal.code == "not_allowed":
        raise PermissionDenied from refusal
    fresh = letter_of(request.actor, pupil, term)
    if not _is_same(fresh, body, advice, refusal, hands_in=hands_in):
        return refusal
    drop_draft(actor=request.actor, key=draft_key)
    return None


def _is_same(stored: GrowthLetter | None, body: str, advice: str, error: DomainError, *, hands_in: bool) -> bool:
    """Whether a version conflict is only the same form sent twice."""
    return (
        error.code == "changed_meanwhile"
        and stored is not None
        and (stored.body, stored.advice) == (body, advice)
        and (stored.state == LetterState.HANDED_IN) == hands_in
    )
