"""The only writers of visits, talks, letters and ticks."""
