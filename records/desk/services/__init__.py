"""The only writers of `records.desk`."""
