"""Forms of `mentors.staff`."""
