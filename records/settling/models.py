"""What a school says itself in its term reports."""

from typing import ClassVar

from django.db import models

from accounts.models import User
from core.constraints import one_of
from records.settling.enums import ReportPart
from records.settling.querysets import TermCommentQuerySet
from schools.models import Term
from schools.owned import SchoolOwned


class TermComment(SchoolOwned):
    """One version of the school's own words on one part of a term's report; it holds until the next one.

    Written only by `records.settling.services`, and never changed: who wrote what stays to be seen. An empty text takes
    the words out of the report.
    """

    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    part = models.CharField("部分", max_length=10, choices=ReportPart)
    version = models.PositiveIntegerField("版本")
    text = models.TextField("学校的话", max_length=2000, blank=True)
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField("保存时间")

    objects = TermCommentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["part", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["term", "part", "version"], name="termcomment_version_once"),
            one_of("part", ReportPart, name="termcomment_part_known"),
        ]

    def __str__(self) -> str:
        return f"comment on {self.part} of term {self.term_id}, version {self.version}"
