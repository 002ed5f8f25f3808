"""The pages of the announcements."""
