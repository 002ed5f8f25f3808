"""Forms of `records.papers`."""
