"""What the bureau reads."""
