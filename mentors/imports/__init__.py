"""Imports of teacher rosters, of the mentor matrix and of pupils listed with their mentor (see `students.imports`)."""

from jobs.importers import ImportPlan, ImportRequest
from mentors.imports.pairs import is_list, plan_pairs
from mentors.imports.teachers import plan_teachers
from mentors.imports.teams import plan_teams

__all__ = ["plan_mentors", "plan_teachers"]


def plan_mentors(request: ImportRequest) -> ImportPlan:
    """A list of pupils with their mentor, or the matrix of the class teams, by what the workbook's headings say."""
    return plan_pairs(request) if is_list(request) else plan_teams(request)
