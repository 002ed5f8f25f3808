"""Pages of `records.care`."""
