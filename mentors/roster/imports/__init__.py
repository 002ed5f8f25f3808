"""Imports of teacher rosters, of the mentor matrix and of pupils listed with their mentor (see `students.imports`)."""

from jobs.importers import ImportPlan, ImportRequest
from mentors.roster.imports.blocks import is_list, tells_mentors
from mentors.roster.imports.matrix import is_matrix
from mentors.roster.imports.pairs import plan_pairs
from mentors.roster.imports.stored import Stored
from mentors.roster.imports.teachers import plan_teachers
from mentors.roster.imports.teams import plan_teams

__all__ = ["plan_mentors", "plan_teachers"]


def plan_mentors(request: ImportRequest) -> ImportPlan:
    """A list of pupils with their mentor, or the class teams, by what the workbook's headings and names say."""
    if is_list(request):
        return plan_pairs(request)
    if not is_matrix(request):
        stored = Stored(request.actor, request.year)
        if tells_mentors(request, stored):
            return plan_pairs(request, stored)
    return plan_teams(request)
