"""The only writers of `mentors.rounds`."""
