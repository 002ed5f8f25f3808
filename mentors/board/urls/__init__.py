"""Addresses of `mentors.board`."""
