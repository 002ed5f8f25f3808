"""Forms of `records.office`."""
