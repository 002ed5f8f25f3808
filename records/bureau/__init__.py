"""教育局: schools side by side, in figures alone."""
