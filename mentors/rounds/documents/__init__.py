"""The papers of `mentors.rounds`."""
