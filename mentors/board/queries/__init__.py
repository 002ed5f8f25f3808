"""Reads of `mentors.board`."""
