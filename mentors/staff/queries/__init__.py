"""Reads of `mentors.staff`."""
