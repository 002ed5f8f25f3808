"""The papers of the mentors: typed contexts in, PDF bytes out."""
