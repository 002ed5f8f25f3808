"""Pages of `mentors.board`."""
