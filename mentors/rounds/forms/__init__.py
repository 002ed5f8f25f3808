"""Forms of `mentors.rounds`."""
