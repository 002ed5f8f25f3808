"""The plan as a paper: typed context → HTML → PDF bytes. No request, no database."""
