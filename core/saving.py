"""How a form or a button ends: its service runs, and what the domain refuses is told where it can be mended.

A view says what to save and where to go on; which field a refusal belongs to is said once, by the form:
`field_of = {"date_out_of_range": "date"}`, with `ELSE` for every other code. A refusal that names no field of the form
stands above it.
"""

import datetime
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django import forms
from django.contrib import messages
from django.db import IntegrityError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict

from core.clock import cn_day
from core.errors import DomainError
from core.fields import EXPIRED
from core.nightly import log_failure

T = TypeVar("T")

#: In a form's `field_of`: the field of all refusals that are not named.
ELSE = ""
#: What is said when somebody else writes the same at the same moment, again and again.
RACED = "刚才有人同时保存了同样的内容，这一次没有保存。请刷新页面，核对后再试。"
#: What is said when the database refuses what nobody else has written: a bound that no service asks for.
NOT_KEPT = "这一次没有保存：服务器没有接受这项内容。请刷新页面，核对日期和时间后再试；还是不行，请告诉管理员。"
#: SQLSTATEs of PostgreSQL, and words of SQLite, of a CHECK and of a column that wants a value.
_BOUNDS = ("23514", "23502", "CHECK", "NOT NULL")
#: What services say when a record is no longer the one that the form showed.
CHANGED = "changed_meanwhile"


@dataclass(frozen=True, slots=True)
class Saved(Generic[T]):
    """The service is through; `value` is what it returned."""

    value: T


def attempt(service: Callable[[], T], *, only: Collection[str] | None = None) -> T | DomainError:
    """What `service` returns, or its refusal, for a page that shows it in a place of its own.

    Where somebody else has written the same a moment ago (a unique name, a place), the database refuses: the service
    is asked once more, sees it now, and says so in its own words. With `only`, refusals of other codes are raised on:
    they have a page to themselves (`core.middleware`).
    """
    try:
        return _asked_again(service)
    except DomainError as refusal:
        if only is not None and refusal.code not in only:
            raise
        return refusal


def _asked_again(service: Callable[[], T]) -> T:
    try:
        return service()
    except IntegrityError:
        try:
            return service()
        except IntegrityError as error:
            raise refused_by_database(error) from error


def refused_by_database(error: IntegrityError) -> DomainError:
    """What is said where the database has refused: somebody else was quicker (`raced`), or what was to be written
    breaks a bound (`not_kept`), which no second try mends; that is logged, for a service should have said it.
    """
    cause = error.__cause__
    said = getattr(cause, "sqlstate", None) or str(cause or "")
    if any(word in said for word in _BOUNDS):
        log_failure("a bound of the database", getattr(getattr(cause, "diag", None), "constraint_name", "?"), error)
        return DomainError("not_kept", NOT_KEPT)
    return DomainError("raced", RACED)


def refuse(form: BaseForm, refusal: DomainError) -> None:
    """Put the sentence of `refusal` beside the field it belongs to; `form.has_error(field, code)` finds it again."""
    places: dict[str, str] = getattr(form, "field_of", {})
    name = places.get(refusal.code, places.get(ELSE))
    error = forms.ValidationError(refusal.message, code=refusal.code)
    form.add_error(name if name in form.fields else None, error)


def form_saved(form: BaseForm, service: Callable[[], T], *, same: Callable[[T], bool] | None = None) -> Saved[T] | None:
    """Save what a valid form holds; None where the page is to be shown, with what is wrong beside its fields.

    `same` tells whether what is stored is what was typed: the same form may have come before, with other words (back
    button), and nothing typed may vanish unsaid (`sent_before` of the form).
    """
    if not form.is_valid():
        return None
    done = attempt(service)
    if isinstance(done, DomainError):
        refuse(form, done)
        return None
    if same is not None and not same(done):
        form.add_error(None, getattr(form, "sent_before", EXPIRED))
        return None
    return Saved(done)


def button_done(request: HttpRequest, service: Callable[[], T]) -> Saved[T] | None:
    """Do what a button without fields asks for; None once a message says why not."""
    done = attempt(service)
    if isinstance(done, DomainError):
        messages.warning(request, done.message)
        return None
    return Saved(done)


def show_form(request: HttpRequest, template: str, form: BaseForm, **context: Any) -> HttpResponse:
    """The page of `form`; 422 when something in it is refused."""
    return render(request, template, {"form": form, **context}, status=422 if form.errors else 200)


class AskedForm(forms.Form):
    """A form whose second equal record of a day is asked about.

    Back and 保存, or two open windows, made the same talk twice: the page is fetched anew with another key, and the
    browser puts the text back. The page offers the answer (`components/once_more.html`), which comes as `once_more`.
    """

    #: The stored record that is the very same, once it was found, and where it is seen.
    equal: Any = None
    equal_url = ""

    def is_what(self, stored: Any) -> bool:
        """Whether `stored` holds what was typed: then a second post of the form is done already."""
        return False

    def ask_about(
        self, stored: Iterable[T], what: str, *, on: datetime.date, today: datetime.date, seen_at: Callable[[T], str]
    ) -> None:
        """Ask once about a second record that equals one of `stored`, those of the day `on`; `what` they are called.

        `seen_at` is the address at which a record is seen. Call it of a valid form, before the form is saved.
        """
        if "once_more" in self.data:
            return
        key = self.cleaned_data.get("submission")
        others = (one for one in stored if key is None or getattr(one, "submission", None) != key)
        self.equal = next((one for one in others if self.is_what(one)), None)
        if self.equal is not None:
            self.equal_url = seen_at(self.equal)
            when = "今天" if on == today else cn_day(on)
            self.add_error(None, f"{when}已经登记过一次同样的{what}。确实有两次，请点“再登记一条”。")


class VersionedForm(AskedForm):
    """A form about one record: the key against double posts, and the version that was shown."""

    #: Set by a conflict: the record was changed meanwhile, and the page shows both texts.
    conflicts = False

    submission = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": EXPIRED, "invalid": EXPIRED})
    version = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        error_messages={"required": EXPIRED, "invalid": EXPIRED, "min_value": EXPIRED},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"submission": uuid.uuid4(), "version": 0} | (kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)

    def show_version(self, version: int) -> None:
        """After a conflict: the next save replaces `version`, which the page now shows beside the typed text."""
        data: MultiValueDict[str, Any] = MultiValueDict()
        data.update(self.data)
        data[self.add_prefix("version")] = str(version)
        self.data, self.conflicts = data, True


def record_changed(
    form: VersionedForm, stored: Any, service: Callable[[], object], *, again: Callable[[], object] | None = None
) -> bool:
    """Save what a valid form changes of the record `stored`; False where the page is to be shown.

    Where somebody else changed it meanwhile, the form takes the version stored now and `conflicts`; where that holds
    the very same, it was this form sent twice: `again` is done, and all is well.
    """
    if not form.is_valid():
        return False
    refusal = attempt(service)
    if not isinstance(refusal, DomainError):
        return True
    if refusal.code == CHANGED and form.is_what(stored):
        if again is not None:
            again()
        return True
    refuse(form, refusal)
    if refusal.code == CHANGED:
        form.show_version(stored.version)
    return False
