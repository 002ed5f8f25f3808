"""Pages of `records.family`."""
