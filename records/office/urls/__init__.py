"""Addresses of `records.office`."""
