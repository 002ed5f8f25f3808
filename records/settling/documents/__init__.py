"""The papers and files of a term: typed contexts in, bytes out."""
