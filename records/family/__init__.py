"""The pages that a slip opens for a family."""
