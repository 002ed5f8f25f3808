"""The school year and its roll-over."""
