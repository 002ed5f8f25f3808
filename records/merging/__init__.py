"""Merging entries that stand twice: it knows every table, so nothing stands above it."""
