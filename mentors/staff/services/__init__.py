"""The only writers of `mentors.staff`."""
