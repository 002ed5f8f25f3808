"""Addresses of `records.care`."""
