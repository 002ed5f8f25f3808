"""The only writers of `mentors.year`."""
