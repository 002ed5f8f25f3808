"""The only writers of mentors, teams, assignments and exceptions."""

from mentors.services.assignments import (
    assign_pupil,
    assign_pupils,
    recount_loads,
    unassign_pupil,
    withdraw_pupil,
)
from mentors.services.people import open_account
from mentors.services.slots import (
    apply_plan_cap,
    create_mentor,
    grant_exception,
    revoke_exception,
    set_team,
)
from mentors.services.teams import add_to_team, choose_leader, remove_from_team

__all__ = [
    "add_to_team",
    "apply_plan_cap",
    "assign_pupil",
    "assign_pupils",
    "choose_leader",
    "create_mentor",
    "grant_exception",
    "open_account",
    "recount_loads",
    "remove_from_team",
    "revoke_exception",
    "set_team",
    "unassign_pupil",
    "withdraw_pupil",
]
