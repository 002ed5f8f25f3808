"""Querysets of the mentors' tables, named for the screens that use them."""
