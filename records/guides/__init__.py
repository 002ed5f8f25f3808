"""What a school hands out and what stands under /help/: one text for page and paper, with the school's own data."""
