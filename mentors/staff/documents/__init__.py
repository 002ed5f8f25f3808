"""The papers of `mentors.staff`."""
