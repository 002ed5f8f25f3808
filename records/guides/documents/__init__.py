"""Documents of `records.guides`."""
