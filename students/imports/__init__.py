"""Import of pupil rosters: parse → plan of changes → write in one transaction; a dry run stops before the last step."""

from students.imports.plan import plan_students

__all__ = ["plan_students"]
