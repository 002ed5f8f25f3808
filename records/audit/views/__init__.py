"""Pages of `records.audit`."""
