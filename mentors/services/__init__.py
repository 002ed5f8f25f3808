"""The only writers of mentors, teams, assignments and exceptions."""
