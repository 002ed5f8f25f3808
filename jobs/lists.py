"""The one way in which a list leaves the house: 导出 as a workbook or 打印 as a paper, with a reason, and logged.

A wing says what its list holds (`core.lists.ListOut`), its view who may have it and which rows; the rest is here:

    @action_for(*WATCHERS)
    def export(request):
        return taken_out(request, pupils_out(request.actor, calendar, ..., keys=picked_keys(request.POST)))

and `{% take_out address count "人" names_children=True %}` on its page.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import IO, Any, Final

from django import forms
from django.db import transaction
from django.http import FileResponse, HttpResponse, HttpResponseBase, QueryDict

from accounts.actors import Actor
from accounts.enums import AuditKind
from accounts.http import ActorRequest
from accounts.services import audit
from core.errors import DomainError
from core.lists import ListOut
from core.saving import refuse, show_form
from core.text import small_number
from core.unprintable import Unprintable, said_first, unprintable
from core.workbooks import write_workbook_to
from core.workbooks.writer import Value
from jobs.enums import ListShape, TakenFor
from jobs.list_paper import list_pdf
from schools.contexts import Letterhead
from schools.queries import paper_style

_TYPES: Final = {
    ListShape.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ListShape.PDF: "application/pdf",
}
#: A paper of more lines is no list to read; setting it would hold a web process for half a minute.
MOST_ON_PAPER: Final = 1500
#: How the ticked rows of a list are posted, and that all rows of the filter are meant although some are ticked.
PICKED, ALL = "pick", "all"
_ASKED: Final = frozenset({"csrfmiddlewaretoken", "press", "as", "reason", "words"})


class TakeOutForm(forms.Form):
    """Why a list is taken out, and in which shape."""

    reason = forms.ChoiceField(
        label="用途", choices=[("", "请选择"), *TakenFor.choices], error_messages={"required": "请选择用途。"}
    )
    words = forms.CharField(label="说明", max_length=40, required=False)

    def __init__(self, data: Mapping[str, Any] | None = None, *, asks_why: bool) -> None:
        super().__init__(data)
        if not asks_why:
            self.fields["reason"].required = False

    def clean(self) -> dict[str, Any]:
        """Another purpose is said in words."""
        cleaned = super().clean() or {}
        if cleaned.get("reason") == TakenFor.OTHER and not cleaned.get("words"):
            self.add_error("words", "请写明用途。")
        return cleaned


def picked_keys(data: QueryDict) -> list[int] | None:
    """The ticked rows of a list; None where none is ticked, or all that the filter keeps are meant.

    The keys are typed by a browser: look them up among the rows that the person may see.
    """
    if ALL in data:
        return None
    keys = [small_number(text) for text in data.getlist(PICKED)]
    return [key for key in keys if key is not None] or None


@transaction.atomic
def take_out(*, actor: Actor, table: ListOut, shape: ListShape, reason: str = "", words: str = "") -> IO[bytes]:
    """The file of a list, at its beginning; that it was taken out, by whom, what for and how many rows is logged.

    The caller has asked who may have the list, and closes the file. A workbook is written row by row: memory does not
    grow with the list. Raises DomainError `no_reason`, `too_many`.
    """
    if table.asks_why and reason not in TakenFor:
        raise DomainError("no_reason", f"这份名单里有{'学生' if table.names_children else '教师'}信息，请先选择用途。")
    counts: list[int] = []
    counted = _counted(table, counts)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed out open, and closed by the response
    try:
        if shape == ListShape.PDF:
            file.write(list_pdf(_held(counted), _head_of(actor), actor.today))
        else:
            write_workbook_to(file, (one.sheet for one in counted.tables))
    except BaseException:
        file.close()
        raise
    why = {key: text for key, text in (("reason", reason), ("words", words)) if text}
    detail = {"list": table.name, "as": str(shape), "rows": sum(counts), **why, "where": {**table.where}}
    audit(actor=actor, verb="take_out_list", kind=AuditKind.READ, detail=detail)
    file.seek(0)
    return file


def _counted(table: ListOut, counts: list[int]) -> ListOut:
    """The same table; how many rows were read of each is added to `counts`."""

    def rows(of: ListOut) -> Iterator[Sequence[Value]]:
        read = 0
        for read, row in enumerate(of.rows, start=1):  # noqa: B007 - told when all were read
            yield row
        counts.append(read)

    return _with_rows(table, rows)


def _with_rows(table: ListOut, rows: Callable[[ListOut], Iterable[Sequence[Value]]]) -> ListOut:
    further = [replace(one, rows=rows(one)) for one in table.further]
    return replace(table, rows=rows(table), further=further)


def _held(table: ListOut) -> ListOut:
    """The table with its rows in memory. Raises DomainError `too_many` for more than a paper may have."""
    held = _with_rows(table, lambda one: list(islice(one.rows, MOST_ON_PAPER + 1)))
    if any(len(list(one.rows)) > MOST_ON_PAPER for one in held.tables):
        sentence = f"现在的筛选超过 {MOST_ON_PAPER} 行，纸上放不下。请先选一个年级或班级再打印，或者导出 Excel。"
        raise DomainError("too_many", sentence)
    return held


def _head_of(actor: Actor) -> Letterhead:
    return paper_style(actor.school).head if actor.school is not None else Letterhead(name=actor.scope_name)


def taken_out(request: ActorRequest, table: ListOut) -> HttpResponseBase:
    """The answer of a list's export address, which takes posts: the file, or the page that asks what for.

    On paper, names that do not print are said first.
    """
    form = TakeOutForm(request.POST, asks_why=table.asks_why)
    shape = ListShape.PDF if request.POST.get("as") == ListShape.PDF else ListShape.XLSX
    try:
        if not form.is_valid():
            return _ask(request, table, form)
        if shape == ListShape.PDF:
            table = _held(table)
            if stop := said_first(request, _unprintable(table)):
                return stop
        given = form.cleaned_data
        file = take_out(actor=request.actor, table=table, shape=shape, reason=given["reason"], words=given["words"])
    except DomainError as refusal:
        refuse(form, refusal)
        return _ask(request, table, form)
    name = f"{table.title}-{request.actor.today:%Y%m%d}.{shape}"
    return FileResponse(file, as_attachment=shape == ListShape.XLSX, filename=name, content_type=_TYPES[shape])


def _unprintable(table: ListOut) -> list[Unprintable]:
    found = []
    for one in table.tables:
        for row in one.rows:
            for column, value in zip(one.columns, row, strict=True):
                if isinstance(value, str):
                    found += unprintable(str(row[one.who]), "", column.title, value)
    return found


def _ask(request: ActorRequest, table: ListOut, form: TakeOutForm) -> HttpResponse:
    """What for? Everything else that was posted is kept."""
    posted = ((name, value) for name, values in request.POST.lists() for value in values)
    context = {"table": table, "kept": [(name, value) for name, value in posted if name not in _ASKED]}
    return show_form(request, "jobs/take_out.html", form, **context)
