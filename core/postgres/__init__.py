"""Django's backend of PostgreSQL, which does not wait for a server that does not answer any more."""
