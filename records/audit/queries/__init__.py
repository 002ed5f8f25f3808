"""Queries of `records.audit`."""
