"""Workbooks that the pages of people take in."""
