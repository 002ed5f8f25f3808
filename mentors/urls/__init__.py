"""Addresses of mentors and their classes, one module per room."""
