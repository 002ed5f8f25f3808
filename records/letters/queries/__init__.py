"""Reads of `records.letters`."""
