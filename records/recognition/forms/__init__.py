"""Forms of honours and experience notes."""
