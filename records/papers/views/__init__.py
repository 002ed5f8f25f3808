"""Pages of `records.papers`."""
