"""Querysets of the records, named for the screens that use them."""
