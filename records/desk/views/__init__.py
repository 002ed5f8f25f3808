"""Pages of `records.desk`."""
