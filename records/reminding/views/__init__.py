"""Pages of `records.reminding`."""
