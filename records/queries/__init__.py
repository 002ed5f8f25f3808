"""Reads that span the records, one module per room: desk, family pages, dashboard, papers."""
