"""Reads of the pages on which a school is set up."""
