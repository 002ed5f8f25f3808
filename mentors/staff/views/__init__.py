"""Pages of `mentors.staff`."""
