"""How a form ends: saved, refused beside the right field, sent twice, or in conflict with somebody else's version."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from django import forms
from django.db import IntegrityError, transaction

from core.clock import now
from core.errors import DomainError
from core.saving import ELSE, Saved, VersionedForm, attempt, form_saved, record_changed
from upkeep.enums import PulseKind
from upkeep.models import Pulse


class DayForm(forms.Form):
    field_of: ClassVar = {"too_early": "day", "gone": "missing", ELSE: "place"}
    sent_before = "已经保存过一次。"

    day = forms.CharField()
    place = forms.CharField()


class NoteForm(VersionedForm):
    text = forms.CharField()

    def is_what(self, stored: Any) -> bool:
        return bool(stored.text == self.cleaned_data["text"])


class Note:
    version, text = 7, "别人写的"


TYPED = {"day": "周一", "place": "操场"}


def refused(code: str) -> Callable[[], object]:
    def service() -> object:
        raise DomainError(code, f"不行：{code}")

    return service


def note(text: str) -> NoteForm:
    return NoteForm({"submission": "6f1c0ff2-65d4-4d0e-9f3e-1f0f0c6a2b11", "version": "3", "text": text})


def test_a_valid_form_is_saved_and_hands_on_what_the_service_returned() -> None:
    assert form_saved(DayForm(TYPED), lambda: None) == Saved(None)


def test_a_form_that_was_not_sent_or_is_not_valid_never_reaches_the_service() -> None:
    assert [form_saved(form, refused("never")) for form in (DayForm(), DayForm({"day": "周一"}))] == [None, None]


def test_a_refusal_stands_beside_its_field_and_above_the_form_where_the_form_has_no_such_field() -> None:
    found = {}
    for code in ("too_early", "gone", "anything"):
        form = DayForm(TYPED)
        form_saved(form, refused(code))
        found[code] = form.errors.get_json_data()
    assert found == {
        "too_early": {"day": [{"message": "不行：too_early", "code": "too_early"}]},
        "gone": {"__all__": [{"message": "不行：gone", "code": "gone"}]},
        "anything": {"place": [{"message": "不行：anything", "code": "anything"}]},
    }


def test_the_same_form_with_other_words_is_told_so_and_not_called_saved() -> None:
    form = DayForm(TYPED)
    assert form_saved(form, lambda: "周二", same=lambda stored: stored == form.cleaned_data["day"]) is None
    assert form.errors.get_json_data() == {"__all__": [{"message": "已经保存过一次。", "code": ""}]}


def test_a_conflict_shows_the_stored_version_and_the_same_words_are_no_conflict() -> None:
    other, same, again = note("我写的"), note("别人写的"), []
    done = [
        record_changed(form, Note(), refused("changed_meanwhile"), again=lambda: again.append(True))
        for form in (other, same)
    ]
    assert (done, again) == ([False, True], [True])
    assert (other.conflicts, other["version"].value()) == (True, "7")
    assert other.errors.get_json_data() == {
        "__all__": [{"message": "不行：changed_meanwhile", "code": "changed_meanwhile"}]
    }
    assert (same.conflicts, same["version"].value()) == (False, "3")


def test_an_attempt_returns_the_refusal_and_lets_other_errors_through() -> None:
    refusal = attempt(refused("no"))
    assert isinstance(refusal, DomainError)
    assert refusal.code == "no"


def racing(times: int) -> Callable[[], str]:
    """A service that so many times meets somebody who was quicker."""
    left = [times]

    def service() -> str:
        if left[0]:
            left[0] -= 1
            raise IntegrityError("unique")
        return "saved"

    return service


def test_who_was_a_moment_late_is_told_by_the_service_itself() -> None:
    """Two accounts of one name at once ended on the page of an error."""
    refusal = attempt(racing(2))
    assert isinstance(refusal, DomainError)
    assert (attempt(racing(0)), attempt(racing(1)), refusal.code) == ("saved", "saved", "raced")


def pulses(*, kind: str) -> Callable[[], None]:
    """A service that writes a row of which there is one already, in a transaction as services do."""

    def service() -> None:
        with transaction.atomic():
            Pulse.objects.create(kind=kind, name="once", seen_at=now())

    return service


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_what_breaks_a_bound_is_not_called_a_race(caplog: pytest.LogCaptureFixture) -> None:
    """Seen: 刚才有人同时保存了同样的内容, where the clock had been set back and nobody else was there."""
    pulses(kind=PulseKind.TASK)()
    refusals = [attempt(pulses(kind=kind)) for kind in (PulseKind.TASK, "neither")]
    assert [one.code for one in refusals if isinstance(one, DomainError)] == ["raced", "not_kept"]
    assert [record.getMessage().split(" ")[:5] for record in caplog.records] == [
        ["a", "bound", "of", "the", "database"]
    ]
