"""Reads of `records.papers`."""
