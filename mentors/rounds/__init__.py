"""Matching rounds: choices, marks, clubs, wishes, mentor cards, entry from paper, the draft."""
