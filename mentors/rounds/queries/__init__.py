"""Reads of `mentors.rounds`."""
