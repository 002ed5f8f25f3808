"""The base of every table that belongs to one school."""

from django.db import models


class SchoolOwned(models.Model):
    """Base of every table that belongs to one school.

    No index of its own: where one school is all that a database holds it selects every row, and SQLite without
    statistics (it then guesses ten rows for any index) prefers it to the pupil's or the term's.
    """

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="+", db_index=False)

    class Meta:
        abstract = True
