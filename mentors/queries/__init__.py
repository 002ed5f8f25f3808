"""Reads that span several tables. Rounds, cards and the like have modules of their own."""
