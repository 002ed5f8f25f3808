"""Pages of what runs the product."""
