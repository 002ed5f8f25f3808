"""Imports of letters that were handed out on paper (see `records.desk.imports`)."""

from records.letters.imports.letters import plan_letters

__all__ = ["plan_letters"]
