"""The papers as PDFs: single ones on the spot, a whole school's as background jobs."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header

from accounts.enums import AuditKind, Role
from accounts.http import ActorRequest, action_for, page_for
from accounts.services import audit
from core.errors import DomainError
from core.unprintable import listed_first, said_first
from jobs.keeping import kept_pdf
from mentors.models.slots import Mentor
from mentors.queries.people import mentor_of
from records.contexts import BookVersion
from records.desk.services.readings import note_readings
from records.enums import LetterPaper, LetterState
from records.models.records import GrowthLetter
from records.office.views.dashboard import (
    calendar_of_year,
    calendar_or_stop,
    chosen_calendar,
    class_or_stop,
    mentor_or_404,
)
from records.papers.documents.record_book import book_manuscript, render_record_book
from records.papers.documents.tree_hole import TreeHoleCards, render_tree_hole_cards
from records.papers.forms.orders import BooksForm, BundledForm, LettersForm, PrintForm, TreeHoleForm
from records.papers.printing import letter_papers, letters_pdf, order_books, order_letters, order_slips
from records.papers.queries import unprintable
from records.papers.queries.books import BookSource, empty_book
from records.papers.queries.print_lists import (
    letters_for_print,
    own_letters_for_print,
    print_overview,
    pupils_with_slips,
)
from schools.enums import Design
from schools.models import Grade, SchoolYear
from schools.queries import grades_of, paper_style

NONE_PROOFED = "现在没有可以印的寄语：德育室校对过的才印。"
NO_LETTERS = "这个学期还没有已交的寄语。写好并交稿以后，就可以在这里打印。"


def pdf_response(data: bytes, name: str) -> HttpResponse:
    """A PDF that opens in the browser and is saved under the human `name`."""
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(False, name) or "inline"
    return response


@page_for(Role.MORAL_OFFICE)
def index(request: ActorRequest) -> HttpResponse:
    """What can be printed: everything of the school as a job, and each class and mentor on its own."""
    calendar = chosen_calendar(request)
    if calendar is None:
        return render(request, "papers/index.html", {"calendar": None})
    overview = print_overview(request.actor, calendar.year, calendar.term)
    grades = [row.school_class.grade for row in overview.classes] or grades_of(calendar.year.school)
    return render(
        request,
        "papers/index.html",
        {
            "calendar": calendar,
            "overview": overview,
            "books_form": BooksForm(auto_id="books_%s"),
            "letters_form": LettersForm(calendar=calendar, auto_id="letters_%s"),
            "slips_form": BundledForm(auto_id="slips_%s"),
            "parents_form": BundledForm(auto_id="parents_%s"),
            "tree_hole_form": TreeHoleForm(auto_id="tree_%s", initial={"design": _design(grades)}),
        },
    )


@action_for(Role.MORAL_OFFICE)
def all_books(request: ActorRequest) -> HttpResponse:
    """Start the job that makes all record books."""
    form = BooksForm(request.POST)
    _valid(form)
    year = calendar_or_stop(request).year
    version = form.cleaned_data["version"]
    found = unprintable.in_books(request.actor, year, with_records=version != BookVersion.BLANK)
    if stop := said_first(request, unprintable.in_teachers(request.actor) + found):
        return stop
    job = order_books(
        actor=request.actor,
        year=year,
        mask_phones=not form.cleaned_data["full_phones"],
        version=version,
        bundle=form.cleaned_data["bundle"],
        job_id=form.cleaned_data["job"],
    )
    return redirect("jobs:detail", pk=job.pk)


@action_for(Role.MORAL_OFFICE)
def all_letters(request: ActorRequest) -> HttpResponse:
    """Start the job that makes all finished letters of a term."""
    calendar = calendar_or_stop(request)
    form = LettersForm(request.POST, calendar=calendar)
    _valid(form)
    letters = letters_for_print(request.actor, calendar.term)
    found = unprintable.in_teachers(request.actor) + unprintable.in_letters(request.actor, letters)
    if stop := said_first(request, found):
        return stop
    job = order_letters(
        actor=request.actor,
        term=calendar.term,
        paper=form.cleaned_data["paper"],
        bundle=form.cleaned_data["bundle"],
        two_up=form.cleaned_data["two_up"],
        job_id=form.cleaned_data["job"],
    )
    return redirect("jobs:detail", pk=job.pk)


@action_for(Role.MORAL_OFFICE)
def all_slips(request: ActorRequest) -> HttpResponse:
    """Start the job that makes all family slips."""
    form = BundledForm(request.POST)
    _valid(form)
    # A slip opens the present: whoever has left gets none.
    year = request.actor.calendar.now.year
    if stop := said_first(request, unprintable.in_names(pupils_with_slips(request.actor, year))):
        return stop
    job = order_slips(
        actor=request.actor, year=year, bundle=form.cleaned_data["bundle"], job_id=form.cleaned_data["job"]
    )
    return redirect("jobs:detail", pk=job.pk)


def _valid(form: PrintForm) -> None:
    if not form.is_valid():
        raise DomainError("form_stale", "这个页面已经过期，请刷新后再提交。")


@page_for(Role.MORAL_OFFICE)
def tree_hole_cards(request: ActorRequest) -> HttpResponse:
    """Blank 心灵树洞卡, several to a sheet: `?design=` and `?sheets=` (default: by the first grade, one sheet)."""
    form = TreeHoleForm(request.GET)
    if not form.is_valid():
        raise DomainError("form_stale", "请选版式，张数在 1 到 50 之间。")
    school = calendar_or_stop(request).year.school
    style = paper_style(school)
    paper = TreeHoleCards(
        school=style.head,
        title=style.words.tree_hole_title,
        intro=style.words.tree_hole_intro,
        emergency=school.emergency_card,
        design=Design(form.cleaned_data["design"] or _design(grades_of(school))),
        sheets=form.cleaned_data["sheets"] or 1,
    )
    return pdf_response(render_tree_hole_cards(paper), f"{paper.title}.pdf")


@page_for(Role.MORAL_OFFICE)
def blank_book(request: ActorRequest) -> HttpResponse:
    """A record book without names, all of it to be written by hand."""
    paper = empty_book(request.actor, calendar_or_stop(request).year)
    return pdf_response(render_record_book(paper), f"{paper.subtitle}-空白.pdf")


@page_for(Role.MENTOR)
def my_book(request: ActorRequest) -> HttpResponse:
    """One's own record book; `?phones=full` prints the telephone numbers unmasked, `?version=` as in `BookVersion`."""
    mentor = _own_mentor(request)
    return _book(request, mentor, calendar_or_stop(request).year)


@page_for(Role.MENTOR)
def my_letters(request: ActorRequest) -> HttpResponse:
    """One's own letters of the term that may go out, in handing-out order; the others are named first."""
    mentor = _own_mentor(request)
    term = calendar_or_stop(request).term
    letters, left = own_letters_for_print(request.actor, term, mentor)
    if not letters and left:
        raise DomainError(
            "nothing_to_print", NONE_PROOFED + "；".join(f"{row.name}{row.reason}" for row in left) + "。"
        )
    if stop := listed_first(request, left, template="papers/left_out.html", answer="left_out"):
        return stop
    return _letters(request, letters, f"{mentor.names.replace('/', '、')}-{term}")


@page_for(Role.MORAL_OFFICE)
def book(request: ActorRequest, pk: int) -> HttpResponse:
    """A mentor's record book for 德育室."""
    mentor = mentor_or_404(request, pk)
    return _book(request, mentor, calendar_of_year(request, mentor.year).year)


@page_for(Role.HOMEROOM, Role.MORAL_OFFICE)
def class_letters(request: ActorRequest, pk: int) -> HttpResponse:
    """A class's letters in handing-out order: 德育室 prints handed-in ones too, the class teacher released ones."""
    school_class = class_or_stop(request, pk, Role.MORAL_OFFICE)
    term = calendar_of_year(request, school_class.year).term
    office = request.actor.has(Role.MORAL_OFFICE)
    states = (LetterState.HANDED_IN, LetterState.RELEASED) if office else (LetterState.RELEASED,)
    letters = letters_for_print(request.actor, term, school_class=school_class, states=states)
    return _letters(request, letters, f"{school_class.code}-{term}")


def _own_mentor(request: ActorRequest) -> Mentor:
    mentor = mentor_of(request.actor, calendar_or_stop(request).year)
    if mentor is None:
        raise DomainError("no_slot", "您本学年还没有导师名额，有疑问请联系德育室。")
    return mentor


def _book(request: ActorRequest, mentor: Mentor, year: SchoolYear) -> HttpResponse:
    full = request.GET.get("phones") == "full"
    asked = request.GET.get("version", "")
    version = BookVersion(asked) if asked in BookVersion.values else BookVersion.MIXED
    source = BookSource(request.actor, year, [mentor])
    context = source.book(mentor, mask_phones=not full, version=version)
    if stop := said_first(request, unprintable.in_book(context)):
        return stop
    audit(
        actor=request.actor,
        verb="print_book",
        target=mentor,
        kind=AuditKind.READ,
        detail={"full_phones": full, "pupils": len(context.pupils)},
    )
    if version != BookVersion.BLANK:
        note_readings(actor=request.actor, records=source.shown(mentor))
    pdf = kept_pdf(book_manuscript(context), school_id=mentor.school_id)
    return pdf_response(pdf, f"{mentor.names.replace('/', '、')}-{context.subtitle}.pdf")


def _letters(request: ActorRequest, letters: Sequence[GrowthLetter], name: str) -> HttpResponse:
    if not letters:
        raise DomainError("nothing_to_print", NO_LETTERS)
    paper = LetterPaper.CARD if request.GET.get("paper") == LetterPaper.CARD else LetterPaper.LETTER
    contexts = letter_papers(letters, paper=paper, actor=request.actor)
    if stop := said_first(request, unprintable.in_papers(contexts)):
        return stop
    audit(actor=request.actor, verb="print_letters", kind=AuditKind.READ, detail={"letters": len(letters)})
    note_readings(actor=request.actor, records=letters)
    # Two A5 pages on one sheet, to be cut apart.
    two_up = request.GET.get("layout") == "a4"
    pdf = letters_pdf(contexts, paper=paper, two_up=two_up, school_id=letters[0].school_id)
    return pdf_response(pdf, f"{name}-{contexts[0].title}.pdf")


def _design(grades: Sequence[Grade]) -> Design:
    """The design to begin with, by grades in order: what the youngest can fill in, the others can too."""
    return Design.for_grade(grades[0].number)
