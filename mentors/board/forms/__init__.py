"""Forms of `mentors.board`."""
