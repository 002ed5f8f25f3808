"""Forms of `records.desk`."""
