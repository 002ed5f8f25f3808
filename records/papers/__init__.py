"""The papers: what they say, how they are set and printed, and how the books are handed out."""
