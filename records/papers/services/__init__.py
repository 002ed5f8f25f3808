"""The only writers of `records.papers`."""
