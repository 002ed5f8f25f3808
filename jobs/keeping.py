"""Papers that were set before are kept: same content, same bytes, never set twice.

A kept document is found by the digest of what it shows, so nothing ever has to be thrown away when something changes:
the changed paper has another digest, and the old one is removed once nobody has asked for it for `KEPT_DAYS`.
"""

import datetime
from collections.abc import Callable, Sequence
from typing import Final, cast

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from core.clock import now, today
from core.nightly import for_each
from core.pdf import Manuscript, set_each, set_pdf
from jobs.models import KeptDocument, kept_path

#: They hold names and texts, so they stay only as long as people print the same thing again.
KEPT_DAYS: Final = 14
# A file of which no row knows may belong to a row that is just being written.
ORPHAN_SECONDS: Final = 3600


def kept_pdf(paper: Manuscript, *, school_id: int) -> bytes:
    """The PDF of `paper`: the kept one, or set now and kept. Raises core.pdf.PdfError."""
    return _kept([paper], school_id, lambda papers: [set_pdf(papers[0])])[0]


def kept_pdfs(papers: Sequence[Manuscript], *, school_id: int) -> list[bytes]:
    """The PDFs of many papers of one kind, in their order; those that are missing are set together (`set_each`).

    Raises core.pdf.PdfError.
    """
    return _kept(papers, school_id, set_each)


def _kept(
    papers: Sequence[Manuscript], school_id: int, set_missing: Callable[[Sequence[Manuscript]], list[bytes]]
) -> list[bytes]:
    digests = [paper.digest for paper in papers]
    found = _read(digests, school_id)
    missing = {digest: paper for digest, paper in zip(digests, papers, strict=True) if digest not in found}
    if missing:
        made = dict(zip(missing, set_missing(list(missing.values())), strict=True))
        _keep(made, school_id)
        found |= made
    return [found[digest] for digest in digests]


def _read(digests: Sequence[str], school_id: int) -> dict[str, bytes]:
    rows = list(KeptDocument.objects.filter(school=school_id, digest__in=set(digests)))
    found, lost = {}, []
    for row in rows:
        try:
            with row.file.open("rb") as stored:
                found[row.digest] = stored.read()
        except FileNotFoundError:
            # Removed from the disk by hand: it is set again.
            lost.append(row.pk)
    if lost:
        KeptDocument.objects.filter(pk__in=lost).delete()
    stale = [row.pk for row in rows if row.used_on < today()]
    if stale:
        KeptDocument.objects.filter(pk__in=stale).update(used_on=today())
    return found


def _keep(made: dict[str, bytes], school_id: int) -> None:
    rows = []
    for digest, data in made.items():
        row = KeptDocument(school_id=school_id, digest=digest, used_on=today())
        row.file = default_storage.save(kept_path(row, ""), ContentFile(data))
        rows.append(row)
    with transaction.atomic():
        # Two workers may set the same paper at once: the first row stays, the other's file goes.
        KeptDocument.objects.bulk_create(rows, ignore_conflicts=True, batch_size=200)
        kept = set(KeptDocument.objects.filter(school=school_id, digest__in=made).values_list("file", flat=True))
    for row in rows:
        if row.file.name not in kept:
            default_storage.delete(cast(str, row.file.name))


def remove_unused() -> int:
    """Remove kept documents that nobody has asked for in `KEPT_DAYS`, and files without a row; returns how many.

    Raises SomeFailed at the end.
    """
    unused = KeptDocument.objects.filter(used_on__lt=today() - datetime.timedelta(days=KEPT_DAYS))
    steps: tuple[Callable[[], int], ...] = (
        lambda: for_each("jobs.remove_unused", unused.iterator(chunk_size=500), _remove),
        _remove_orphans,
    )
    return for_each("jobs.remove_unused", steps, lambda step: step())


def _remove(row: KeptDocument) -> int:
    row.file.delete(save=False)
    row.delete()
    return 1


def _remove_orphans() -> int:
    if not default_storage.exists("kept"):
        return 0
    known = set(KeptDocument.objects.values_list("file", flat=True))
    removed = 0
    for name in default_storage.listdir("kept")[1]:
        path = f"kept/{name}"
        if path not in known and (now() - default_storage.get_modified_time(path)).total_seconds() > ORPHAN_SECONDS:
            default_storage.delete(path)
            removed += 1
    return removed
