"""Views of honours and experience notes."""
