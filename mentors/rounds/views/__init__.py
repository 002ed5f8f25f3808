"""Pages of `mentors.rounds`."""
