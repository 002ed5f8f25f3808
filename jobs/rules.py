"""Who may do what with a job."""

from accounts.actors import Actor
from core.errors import DomainError
from jobs.models import Job
from jobs.querysets import OVERSEERS
from jobs.registry import handler_for


def may_cancel(actor: Actor, job: Job) -> bool:
    """The creator, and those who oversee the school's jobs."""
    if actor.user_id is None or actor.school_id != job.school_id:
        return False
    return job.created_by_id == actor.user_id or (job.school_id is not None and actor.has(*OVERSEERS))


def may_download(actor: Actor, job: Job) -> bool:
    """Only the creator, acting in the job's school, who still holds a role that the kind of job asks for.

    Overseers see that a job ran, not what is in it: a record book holds notes that not every admin may read.
    """
    if actor.user_id is None or actor.school_id != job.school_id or job.created_by_id != actor.user_id:
        return False
    try:
        roles = handler_for(job.kind).roles
    except DomainError:
        return False
    return not roles or actor.has(*roles)
