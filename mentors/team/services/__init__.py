"""The only writers of `mentors.team`."""
