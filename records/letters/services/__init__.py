"""The only writers of `records.letters`."""
