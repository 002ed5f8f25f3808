"""Reads of `records.reminding`."""
