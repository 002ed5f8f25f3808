"""Pages of `records.office`."""
