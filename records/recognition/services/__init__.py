"""Services of honours and experience notes."""
