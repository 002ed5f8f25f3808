"""The writers of `records.reminding`."""
