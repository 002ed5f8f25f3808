"""Accounts: signing in, first passwords, several scopes."""
