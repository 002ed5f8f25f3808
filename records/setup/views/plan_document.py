"""The plan as a document 方案全文: read, printed, written on, with files; for the bureau, of each of its schools."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.enums import Role
from accounts.http import ActorRequest, action_for, form_for, get_visible_or_404, page_for
from core.errors import DomainError
from core.files import HANDOUT_BYTES, HANDOUT_PAGES, stored_file
from core.handouts import HandoutsForm
from core.saving import button_done, record_changed, show_form
from core.text import small_number
from core.undo import offer_undo
from jobs.keeping import kept_pdf
from records.desk.views.form_page import FormDraft
from records.papers.views.orders import pdf_response
from records.setup.documents.plan_document import plan_manuscript
from records.setup.forms.plan_document import PlanDocumentForm
from records.setup.models import DocumentFile, PlanDocument
from records.setup.queries.plan_document import (
    ReadDocument,
    content_of,
    files_of,
    first_content,
    names_to_offer,
    newest_document,
    newest_documents,
    present_files,
    read_document,
)
from records.setup.queries.plan_figures import PLACEHOLDERS
from records.setup.services.plan_document import (
    MOST_FILES,
    add_document_file,
    draft_key,
    remove_document_file,
    restore_document_file,
    save_document,
)
from records.setup.services.school import KEEPERS
from schools.contexts import Letterhead
from schools.models import School
from schools.queries import kinds_of, paper_style, schools_of_bureau, schools_visible_to


@page_for(Role.BUREAU)
def schools(request: ActorRequest) -> HttpResponse:
    """The bureau's schools: the plan of each, and of which day its document is."""
    found = schools_of_bureau(request.actor.bureau_id or 0)
    kinds, documents = kinds_of(found), newest_documents(found)
    rows = [(school, kinds[school.pk], documents.get(school.pk)) for school in found]
    return render(request, "setup/plan_schools.html", {"schools": rows})


@page_for(*Role)
def document(request: ActorRequest) -> HttpResponse:
    """The own school's document; the bureau, which has several schools, gets their list."""
    if request.actor.bureau_id is not None:
        return redirect("plan:schools")
    return _page(request, _own_school(request))


@page_for(*Role)
def school_document(request: ActorRequest, pk: int) -> HttpResponse:
    """The document of one school that the actor may see: the own one, or one of the bureau's."""
    return _page(request, get_visible_or_404(schools_visible_to, request.actor, pk=pk))


def _page(request: ActorRequest, school: School) -> HttpResponse:
    found = _read(request, school, Letterhead(name=school.name))
    own = request.actor.school_id == school.pk
    context = {
        "plan_school": school,
        "found": found,
        "may_edit": own and request.actor.has(*KEEPERS),
        "pdf_url": reverse("plan:school_document_pdf", args=[school.pk]),
    }
    return render(request, "setup/plan_document.html", context)


@page_for(*Role)
def school_document_pdf(request: ActorRequest, pk: int) -> HttpResponse:
    """The document of one school as it is printed."""
    school = get_visible_or_404(schools_visible_to, request.actor, pk=pk)
    found = _read(request, school, paper_style(school).head)
    if found is None:
        raise DomainError("no_document", f"{school.name}还没有方案全文。")
    name = f"{school.name}-{found.paper.title}-第{found.paper.version}版.pdf"
    return pdf_response(kept_pdf(plan_manuscript(found.paper), school_id=school.pk), name)


def _read(request: ActorRequest, school: School, head: Letterhead) -> ReadDocument | None:
    """The version that the address names, or the one that holds. Raises Http404 for one that there is not."""
    asked = request.GET.get("version", "")
    version = small_number(asked)
    found = read_document(request.actor, school, head=head, version=version) if version or not asked else None
    if found is None and asked:
        raise Http404
    return found


def _own_school(request: ActorRequest) -> School:
    actor = request.actor
    return get_visible_or_404(schools_visible_to, actor, pk=actor.school_id)


@form_for(*KEEPERS)
def edit(request: ActorRequest) -> HttpResponse:
    """Write the next version. Whoever saves over another's is shown both, and then decides."""
    actor, school = request.actor, _own_school(request)
    # Its figures come from the plan.
    actor.calendar.now  # noqa: B018 - raises while there is none
    stored = newest_document(school)
    content = content_of(stored) if stored is not None else first_content(school, actor.today)
    version = stored.version if stored is not None else 0
    data = request.POST if request.method == "POST" else None
    draft = FormDraft.of(request, draft_key(school))
    typed: dict[str, list[str]] | None = None
    if data is None and draft.stored is not None:
        # Whoever saved meanwhile is met when this one is saved: it is on the version that it was begun on.
        typed, version, draft.restored = draft.stored.content, draft.stored.base_version, True
    form = PlanDocumentForm(content, version=version, data=data, draft=typed)
    if record_changed(
        form,
        stored or PlanDocument(version=0),
        lambda: save_document(
            actor=actor, school=school, seen_version=form.cleaned_data["version"], content=form.content
        ),
    ):
        messages.success(request, "方案全文已保存，以前的版本还可以看。")
        return redirect("plan:document")
    return show_form(
        request,
        "setup/plan_document_edit.html",
        form,
        stored=stored,
        draft=draft,
        names=names_to_offer(actor),
        placeholders=PLACEHOLDERS.items(),
        conflict=form.against(content) if form.conflicts else (),
    )


@form_for(*KEEPERS)
def files(request: ActorRequest) -> HttpResponse:
    """The files beside the document, and a form for more."""
    school = _own_school(request)
    form = HandoutsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        added = form.handed_in(partial(add_document_file, actor=request.actor, school=school))
        if added:
            messages.success(request, f"已添加 {added} 个附件。")
            return redirect("plan:document_files")
    context = {
        "files": files_of(request.actor, school),
        "most": MOST_FILES,
        "megabytes": HANDOUT_BYTES // 1024 // 1024,
        "pages": HANDOUT_PAGES,
    }
    return show_form(request, "setup/plan_files.html", form, **context)


@page_for(*Role)
def file(request: ActorRequest, pk: int) -> HttpResponseBase:
    """One file, for whoever may read the plan."""
    found = get_visible_or_404(present_files, request.actor, pk=pk)
    return stored_file(found.file, name=found.name, content_type=found.content_type)


@action_for(*KEEPERS)
def remove_file(request: ActorRequest, pk: int) -> HttpResponse:
    """Take a file away; the message offers to bring it back."""
    found = get_visible_or_404(DocumentFile, request.actor, pk=pk)
    if button_done(request, lambda: remove_document_file(actor=request.actor, file=found)):
        offer_undo(request, f"已移除“{found.name}”。", reverse("plan:document_file_restore", args=[pk]))
    return redirect("plan:document_files")


@action_for(*KEEPERS)
def restore_file(request: ActorRequest, pk: int) -> HttpResponse:
    """Bring a file back that was taken away less than 30 days ago."""
    found = get_visible_or_404(DocumentFile, request.actor, pk=pk)
    if button_done(request, lambda: restore_document_file(actor=request.actor, file=found)):
        messages.success(request, f"已恢复“{found.name}”。")
    return redirect("plan:document_files")
