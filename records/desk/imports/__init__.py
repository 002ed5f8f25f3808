"""Imports of what a school did on paper before it wrote here (see `students.imports`)."""

from records.desk.imports.done import plan_done

__all__ = ["plan_done"]
