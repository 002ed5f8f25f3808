"""Reads of `records.office`."""
