"""Addresses of the records, one module per room."""
