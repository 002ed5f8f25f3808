"""The only writers of mentors, teams, assignments and exceptions."""

from mentors.services.assignments import (
    assign_pupil,
    recount_loads,
    unassign_pupil,
    withdraw_pupil,
)
from mentors.services.slots import (
    apply_plan_cap,
    create_mentor,
    grant_exception,
    revoke_exception,
    set_team,
)

__all__ = [
    "apply_plan_cap",
    "assign_pupil",
    "create_mentor",
    "grant_exception",
    "recount_loads",
    "revoke_exception",
    "set_team",
    "unassign_pupil",
    "withdraw_pupil",
]
