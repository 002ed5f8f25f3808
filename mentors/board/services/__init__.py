"""The only writers of `mentors.board`."""
