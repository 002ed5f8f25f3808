"""The only writers of announcements and of who has read them."""
