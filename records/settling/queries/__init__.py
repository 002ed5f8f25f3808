"""What the papers of a term show, read from the records."""
