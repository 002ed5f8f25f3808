"""Pages on which a school is set up."""
