"""Figures of a term over its weeks, and the leaders' page."""
