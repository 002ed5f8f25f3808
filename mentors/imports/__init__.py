"""Imports of teacher rosters and of the mentor matrix, planned like the pupils' (see `students.imports`)."""

from mentors.imports.teachers import plan_teachers
from mentors.imports.teams import plan_teams

__all__ = ["plan_teachers", "plan_teams"]
