"""Writers of what runs the product."""
