"""What writes for the bureau."""
