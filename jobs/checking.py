"""The background job that checks a large roster: the browser may be closed, the preview waits in the list."""

from accounts.enums import Role
from accounts.queries import actor_for
from core.clock import today
from core.errors import DomainError
from jobs import registry
from jobs.imports import CHECK_KIND, finish_check
from jobs.models import ImportBatch, JobItem
from jobs.registry import Outcome


def run_check(item: JobItem) -> Outcome:
    """Compute the preview of the batch that the item names; it is written together with the item's state.

    Raises DomainError `creator_gone` and those of `finish_check`.
    """
    batch = ImportBatch.objects.select_related("year__school", "created_by").get(pk=item.payload["batch"])
    if batch.created_by is None:
        raise DomainError("creator_gone", "上传名册的账号已不在，请重新上传。")
    actor = actor_for(batch.created_by, scope_key=f"school-{batch.school_id}", on=today())
    return Outcome(write=finish_check(actor=actor, batch=batch), message="核对完毕，请到“名册导入”里查看。")


def register() -> None:
    """Make the job known."""
    registry.register(
        CHECK_KIND, title="核对名册", run_item=run_check, roles=(Role.SCHOOL_ADMIN,), task=registry.RUN_SOON
    )
