"""The papers: typed context → HTML → PDF bytes. No request, no database, no model in here."""
