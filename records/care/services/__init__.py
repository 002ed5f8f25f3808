"""The only writers of `records.care`."""
