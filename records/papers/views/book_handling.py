"""记录本收发: the record books of a term, issued, collected and checked (Guyi plan 四(四)2)."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, form_for, page_for
from accounts.services import audit
from core.days import OUT_OF_RANGE
from core.errors import DomainError
from core.saving import form_saved, show_form
from mentors.models.slots import Mentor
from records.enums import BookStep
from records.office.queries.dashboard import covered_classes
from records.office.views.dashboard import calendar_of_year, calendar_or_stop, chosen_calendar, mentor_or_404
from records.papers.documents.book_list import render_book_list
from records.papers.forms.book_handling import (
    STATE_LABELS,
    CheckItemsForm,
    HandledBooksForm,
    MarkForm,
    RemarkForm,
    ReturnForm,
    ScanForm,
    StepForm,
)
from records.papers.queries.book_handling import (
    BEFORE,
    RETURNED,
    STATES,
    HandledBook,
    HandledBooks,
    book_list,
    check_items,
    find_book,
    find_handled_books,
    slot_of_code,
)
from records.papers.services.book_handling import (
    OWN,
    Marking,
    keep_check_items,
    mark_books,
    note_remark,
    return_book,
    undo_books,
)
from records.papers.views.orders import pdf_response
from schools.calendar import YearCalendar
from schools.days import past_days

#: Where the session keeps what was done last, so that one press takes it back.
LAST: Final = "shelf_last"
DONE_WORDS: Final = {BookStep.ISSUED: "已发下", BookStep.COLLECTED: "已收回", BookStep.CHECKED: "已检查"}


@page_for(Role.MORAL_OFFICE)
def books(request: ActorRequest) -> HttpResponse:
    """The books by class with their states; `?place=`, `?state=` and `?term=` filter."""
    calendar = chosen_calendar(request)
    if calendar is None:
        return render(request, "papers/book_handling/index.html", {"calendar": None})
    return render(request, "papers/book_handling/index.html", _page(request, calendar, request.GET))


@action_for(Role.MORAL_OFFICE)
def mark(request: ActorRequest) -> HttpResponse:
    """Note that the ticked books, or all that are ready in the place, were issued, collected or checked."""
    calendar = calendar_or_stop(request)
    form = MarkForm(request.POST, past_days(calendar.year, request.actor.today))
    if not form.is_valid():
        if "on" in form.errors and "act" not in form.errors:
            raise DomainError(OUT_OF_RANGE, str(form.errors["on"][0]))
        raise _unclear()
    keys = _ready_for(request, calendar, form.step) if form.takes_all else form.keys
    done = Marking(())
    if keys:
        done = mark_books(
            actor=request.actor, term=calendar.term, mentors=keys, step=form.step, on=form.cleaned_data["on"]
        )
    if done.marked:
        request.session[LAST] = {
            "term": calendar.term.pk,
            "step": form.step.value,
            "books": list(done.marked),
            "day": request.actor.today.isoformat(),
        }
    elif not keys:
        messages.warning(request, "没有登记任何记录本：请先勾选。")
    if done.own:
        messages.warning(request, OWN)
    if done.others:
        messages.warning(request, f"有 {done.others} 本没有改动：{_why_not(form.step)}")
    return _back(request, calendar)


@action_for(Role.MORAL_OFFICE)
def undo(request: ActorRequest) -> HttpResponse:
    """Take a step back where it was the last one done with a book."""
    calendar = calendar_or_stop(request)
    form = StepForm(request.POST)
    if not form.is_valid() or form.takes_all:
        raise _unclear()
    done = undo_books(actor=request.actor, term=calendar.term, mentors=form.keys, step=form.step)
    request.session.pop(LAST, None)
    if done.marked:
        messages.success(request, f"已撤销 {len(done.marked)} 本的“{form.step.label}”。")
    if done.own:
        messages.warning(request, OWN)
    if done.others:
        messages.warning(request, f"有 {done.others} 本没有改动：刚才已经有了新的登记，请看过再改。")
    return _back(request, calendar)


@form_for(Role.MORAL_OFFICE)
def book(request: ActorRequest, pk: int) -> HttpResponse:
    """One book: its dates, how far its form is filled, and 德育室's remark, which a post changes."""
    mentor = mentor_or_404(request, pk)
    calendar = calendar_of_year(request, mentor.year)
    found = find_book(request.actor, calendar, mentor)
    form = RemarkForm(request.POST or None, initial={"remark": found.handling.remark})
    if request.method == "POST":
        if form.is_valid():
            note_remark(actor=request.actor, term=calendar.term, mentor=mentor, remark=form.cleaned_data["remark"])
            messages.success(request, "备注已保存。")
            return _back(request, calendar)
        return _book_page(request, calendar, found, form, status=422)
    return _book_page(request, calendar, found, form)


@action_for(Role.MORAL_OFFICE)
def give_back(request: ActorRequest, pk: int) -> HttpResponse:
    """Give a book back to be made up; its mentors are told why."""
    mentor = mentor_or_404(request, pk)
    calendar = calendar_of_year(request, mentor.year)
    form = ReturnForm(check_items(request.actor), request.POST)
    if form_saved(
        form,
        lambda: return_book(
            actor=request.actor,
            term=calendar.term,
            mentor=mentor,
            remark=form.cleaned_data["why"],
            made_up=form.cleaned_data.get("made_up", ()),
        ),
    ):
        messages.success(request, f"已退回，{mentor.names}老师收到了通知。")
        return _back(request, calendar)
    found = find_book(request.actor, calendar, mentor)
    remark = RemarkForm(initial={"remark": found.handling.remark})
    return _book_page(request, calendar, found, remark, returns=form, status=422)


@form_for(Role.MORAL_OFFICE)
def items(request: ActorRequest) -> HttpResponse:
    """The school's own check-list."""
    stored = "\n".join(item.text for item in check_items(request.actor))
    form = CheckItemsForm(request.POST or None, initial={"lines": stored})
    if form_saved(form, lambda: keep_check_items(actor=request.actor, lines=form.cleaned_data["lines"].splitlines())):
        messages.success(request, "检查要点已保存。")
        return redirect("papers:handling")
    return show_form(request, "papers/book_handling/items.html", form)


@form_for(Role.MORAL_OFFICE)
def scan(request: ActorRequest) -> HttpResponse:
    """Find paper books by the codes on their covers, one after the other; `?do=` keeps what is done with each."""
    calendar = calendar_or_stop(request)
    form = ScanForm(request.POST or None, initial={"do": request.GET.get("do", "look")})
    if request.method == "POST" and form.is_valid():
        slot = slot_of_code(request.actor, form.cleaned_data["code"])
        if slot is None or slot.year_id != calendar.year.pk:
            form.add_error("code", "没有找到这个编号的记录本，请核对封面上的编号，再扫一次或改一改。")
        elif form.cleaned_data["do"] == "look":
            return redirect("papers:handling_book", pk=slot.pk)
        else:
            return _scanned(request, calendar, slot, BookStep(form.cleaned_data["do"]))
    return show_form(request, "papers/book_handling/scan.html", form, calendar=calendar)


@page_for(Role.MORAL_OFFICE)
def coded(request: ActorRequest, code: str) -> HttpResponse:
    """Where the code on a cover leads when a phone's own camera reads it: to its book."""
    slot = slot_of_code(request.actor, code)
    if slot is None:
        raise Http404
    return redirect("papers:handling_book", pk=slot.pk)


def _scanned(request: ActorRequest, calendar: YearCalendar, slot: Mentor, step: BookStep) -> HttpResponse:
    """Mark one book and wait for the next."""
    done = mark_books(actor=request.actor, term=calendar.term, mentors=[slot.pk], step=step, on=request.actor.today)
    if done.marked:
        messages.success(request, f"{DONE_WORDS[step]}：{slot.names}")
    else:
        messages.warning(request, f"{slot.names}的记录本没有改动：{_why_not(step)}")
    return redirect(f"{reverse('papers:handling_scan')}?{urlencode({'do': step.value})}")


def _book_page(
    request: ActorRequest,
    calendar: YearCalendar,
    found: HandledBook,
    form: RemarkForm,
    *,
    returns: ReturnForm | None = None,
    status: int = 200,
) -> HttpResponse:
    last = BookStep(found.state) if found.state in BookStep.values else None
    following = BookStep.COLLECTED if found.state == RETURNED else last.after if last is not None else BookStep.ISSUED
    return render(
        request,
        "papers/book_handling/book.html",
        {
            "calendar": calendar,
            "book": found,
            "state_label": STATE_LABELS[found.state],
            "form": form,
            "last": last,
            "next": following,
            "returns": returns or ReturnForm(check_items(request.actor)),
            "may_return": not found.is_own and found.handling.collected_on is not None,
            "today": request.actor.today,
            "filters": _filters(request.GET or request.POST),
            "in_panel": bool(request.htmx and request.htmx.target == "panel"),
        },
        status=status,
    )


@page_for(Role.MORAL_OFFICE)
def listing(request: ActorRequest) -> HttpResponse:
    """The list 记录本收发登记表 as a PDF, with the dates that are known; `?place=` and `?term=` as on the page."""
    calendar = calendar_or_stop(request)
    form = _form(request, calendar, request.GET)
    books = book_list(request.actor, calendar, class_id=form.class_id, grade_id=form.grade_id)
    if not books.grades:
        raise DomainError("nothing_to_print", "这里还没有导师。请先导入导师匹配表，再打印登记表。")
    audit(
        actor=request.actor,
        verb="print_book_list",
        target=calendar.term,
        kind=AuditKind.READ,
        detail={"books": sum(len(c.lines) for g in books.grades for c in g.classes)},
    )
    return pdf_response(render_book_list(books), f"{calendar.term}-记录本收发登记表.pdf")


def _form(request: ActorRequest, calendar: YearCalendar, data: Mapping[str, Any]) -> HandledBooksForm:
    values = {"term": calendar.key, "place": data.get("place", ""), "state": data.get("state", "")}
    return HandledBooksForm(values, calendar=calendar, classes=covered_classes(request.actor, calendar))


def _filters(data: Mapping[str, Any]) -> dict[str, str]:
    """What the panel carries along, so that the page behind it stays as it was."""
    return {name: str(data.get(name, "")) for name in ("place", "state")}


def _page(request: ActorRequest, calendar: YearCalendar, data: Mapping[str, Any]) -> dict[str, Any]:
    form = _form(request, calendar, data)
    found = find_handled_books(
        request.actor, calendar, class_id=form.class_id, grade_id=form.grade_id, state=form.state
    )
    return {
        "calendar": calendar,
        "form": form,
        "handled": found,
        "progress": [(DONE_WORDS[step], found.reached(step)) for step in BookStep],
        "tabs": _tabs(form, found),
        "state": form.state,
        "place": form.place,
        "state_labels": STATE_LABELS,
        "ready": [(step, sum(found.counts[state] for state in BEFORE[step])) for step in BookStep],
        "last": _undoable(request, calendar, found),
        "today": request.actor.today,
        "query": _query(calendar, form),
    }


def _tabs(form: HandledBooksForm, found: HandledBooks) -> list[dict[str, Any]]:
    tabs = []
    for value, label, count in (
        ("", "全部", found.total),
        *((state, STATE_LABELS[state], found.counts[state]) for state in STATES),
    ):
        query = _query(found.calendar, form, state=value)
        tabs.append({"url": f"?{query}", "label": label, "count": count, "active": value == form.state})
    return tabs


def _query(calendar: YearCalendar, form: HandledBooksForm, *, state: str | None = None) -> str:
    query = QueryDict(mutable=True)
    query["term"] = calendar.key
    for name, value in (("place", form.place), ("state", form.state if state is None else state)):
        if value:
            query[name] = value
    return query.urlencode()


def _undoable(request: ActorRequest, calendar: YearCalendar, found: HandledBooks) -> dict[str, Any] | None:
    """What the person did last on this day in this term, for the bar with the button that takes it back."""
    last = request.session.get(LAST)
    if not isinstance(last, dict) or last.get("day") != request.actor.today.isoformat():
        return None
    if last.get("term") != calendar.term.pk or last.get("step") not in BookStep.values:
        return None
    step = BookStep(last["step"])
    return {"step": step, "word": DONE_WORDS[step], "books": last["books"], "count": len(last["books"])}


def _ready_for(request: ActorRequest, calendar: YearCalendar, step: BookStep) -> list[int]:
    """Keys of all books of the posted place that stand right before `step`; own ones wait for a colleague's check."""
    form = _form(request, calendar, request.POST)
    found = find_handled_books(request.actor, calendar, class_id=form.class_id, grade_id=form.grade_id)
    return [book.mentor.pk for book in found.books if book.state in BEFORE[step]]


def _why_not(step: BookStep) -> str:
    if step == BookStep.ISSUED:
        return "已经发下了。"
    if step == BookStep.COLLECTED:
        return "还没有发下，或者已经收回了。"
    return "还没有收回，或者已经检查了。"


def _unclear() -> DomainError:
    return DomainError("books_unclear", "没有看清要登记哪些记录本，请返回书架重新选择。")


def _back(request: ActorRequest, calendar: YearCalendar) -> HttpResponse:
    """The books as they are now: alone for htmx (which empties the panel it came from), else its page."""
    htmx = request.htmx
    if not htmx:
        return redirect(f"{reverse('papers:handling')}?{_query(calendar, _form(request, calendar, request.POST))}")
    context = _page(request, calendar, request.POST) | {"oob": htmx.target == "panel"}
    return render(request, "papers/book_handling/_answer.html", context)
