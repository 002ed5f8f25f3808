"""Pages of `mentors.team`."""
