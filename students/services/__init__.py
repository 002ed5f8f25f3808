"""The only writers of pupils and their slips. Whole rosters are written by `students.imports`."""

from students.services.pupils import GuardianData, PupilData, add_pupil, edit_pupil, reinstate_pupil
from students.services.slips import (
    LOCKED,
    WRONG,
    current_key,
    end_slip_on,
    issue_slips,
    open_slip,
    renew_slip,
    revoke_slip,
    slip_code,
)

__all__ = [
    "LOCKED",
    "WRONG",
    "GuardianData",
    "PupilData",
    "add_pupil",
    "current_key",
    "edit_pupil",
    "end_slip_on",
    "issue_slips",
    "open_slip",
    "reinstate_pupil",
    "renew_slip",
    "revoke_slip",
    "slip_code",
]
