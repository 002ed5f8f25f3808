"""Addresses of `mentors.rounds`."""
