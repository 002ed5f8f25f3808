"""A user's background jobs: list, progress, cancel, download."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.http import ActorRequest, action_for, get_visible_or_404, page_for
from core.clock import now
from core.paging import list_page
from jobs.enums import ItemState
from jobs.models import Job
from jobs.queries import visible_jobs, visible_results
from jobs.querysets import OVERSEERS
from jobs.registry import described
from jobs.rules import may_cancel, may_download
from jobs.services import cancel_job, note_download

PAGE_SIZE = 20
# Failures beyond this many are counted, not listed.
FAILURES_SHOWN = 50


@page_for()
def job_list(request: ActorRequest) -> HttpResponse:
    """One's own jobs; overseers see all of their school's."""
    page = list_page(request, PAGE_SIZE, visible_jobs, request.actor)
    return render(
        request,
        "jobs/list.html",
        {
            "page": page,
            "lines": [(job, described(job)) for job in page.object_list],
            "shows_creator": request.actor.has(*OVERSEERS),
        },
    )


@page_for()
def detail(request: ActorRequest, pk: uuid.UUID) -> HttpResponse:
    """One job with its progress, and what can be downloaded."""
    return render(request, "jobs/detail.html", _progress(request, _job(request, pk)))


@page_for()
def progress(request: ActorRequest, pk: uuid.UUID) -> HttpResponse:
    """The part of the job's page that changes; asked for every two seconds until the job is over."""
    if not request.headers.get("HX-Request"):
        return redirect("jobs:detail", pk=pk)
    return render(request, "jobs/_progress.html", _progress(request, _job(request, pk)))


@action_for()
def cancel(request: ActorRequest, pk: uuid.UUID) -> HttpResponse:
    """Stop a job."""
    job = _job(request, pk)
    if not may_cancel(request.actor, job):
        raise PermissionDenied
    if not job.is_finished:
        cancel_job(actor=request.actor, job=job)
    return redirect("jobs:detail", pk=pk)


@require_safe
def download(request: ActorRequest, pk: uuid.UUID) -> HttpResponseBase:
    """A result, for the one who asked for it; after its day a page that says so."""
    result = get_visible_or_404(
        visible_results(request.actor),
        request.actor,
        pk=pk,
    )
    if not may_download(request.actor, result.job):
        raise PermissionDenied
    if not result.file or result.expires_at <= now():
        return render(request, "jobs/expired.html", {"result": result}, status=410)
    try:
        stored = result.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    note_download(actor=request.actor, result=result)
    return FileResponse(
        stored,
        as_attachment=True,
        filename=result.download_name,
        content_type=result.content_type,
        headers={
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def _job(request: ActorRequest, pk: uuid.UUID) -> Job:
    return get_visible_or_404(
        visible_jobs(request.actor),
        request.actor,
        pk=pk,
    )


def _progress(request: ActorRequest, job: Job) -> dict[str, Any]:
    downloadable = may_download(request.actor, job)
    failed = job.items.filter(state=ItemState.FAILED)[:FAILURES_SHOWN] if job.failed_count else []
    return {
        "job": job,
        "files": job.files.filter(final=True) if job.is_finished and downloadable else [],
        "failed_items": failed,
        "may_cancel": not job.is_finished and may_cancel(request.actor, job),
        "may_download": downloadable,
        "is_expired": job.expires_at <= now(),
    }
