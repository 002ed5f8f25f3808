"""Services of `records.audit`."""
