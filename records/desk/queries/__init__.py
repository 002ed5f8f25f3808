"""Reads of `records.desk`."""
