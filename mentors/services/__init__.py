"""The only writers of mentors, teams, assignments and exceptions."""

from mentors.services.assignments import (
    assign_pupil,
    assign_pupils,
    recount_loads,
    unassign_pupil,
    withdraw_pupil,
)
from mentors.services.people import open_account
from mentors.services.rollover import RollOverChoices, roll_over, undo_rollover
from mentors.services.rollover_draft import CarryOn, Draft, draw_rollover
from mentors.services.slots import (
    apply_plan_cap,
    create_mentor,
    grant_exception,
    revoke_exception,
    set_team,
)
from mentors.services.teams import add_to_team, choose_leader, remove_from_team
from mentors.services.transfers import (
    Leaving,
    change_class,
    draw_leaving,
    reinstate_teacher,
    retire_teacher,
)

__all__ = [
    "CarryOn",
    "Draft",
    "Leaving",
    "RollOverChoices",
    "add_to_team",
    "apply_plan_cap",
    "assign_pupil",
    "assign_pupils",
    "change_class",
    "choose_leader",
    "create_mentor",
    "draw_leaving",
    "draw_rollover",
    "grant_exception",
    "open_account",
    "recount_loads",
    "reinstate_teacher",
    "remove_from_team",
    "retire_teacher",
    "revoke_exception",
    "roll_over",
    "set_team",
    "unassign_pupil",
    "undo_rollover",
    "withdraw_pupil",
]
