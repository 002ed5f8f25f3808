"""Pages of `records.letters`."""
