"""Reads of `records.care`."""
