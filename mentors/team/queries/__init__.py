"""Reads of `mentors.team`."""
