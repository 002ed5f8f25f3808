"""Queries of honours and experience notes."""
