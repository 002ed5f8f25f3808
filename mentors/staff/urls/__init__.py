"""Addresses of `mentors.staff`."""
