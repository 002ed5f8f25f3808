"""The record books' way out and back: 期初下发，期末收齐，检查与评估 (Guyi plan 四(四)2)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from mentors.models.slots import Mentor
from records.papers.querysets import BookHandlingQuerySet
from schools.models import Term
from schools.owned import SchoolOwned


class BookHandling(SchoolOwned):
    """When the record book of a mentor slot was issued, collected and checked in one term; no row means not yet.

    Written only by `records.papers.services.book_handling`. Each step follows the one before it.
    """

    term = models.ForeignKey(Term, models.PROTECT, related_name="+")
    mentor = models.ForeignKey(Mentor, models.PROTECT, related_name="book_handlings")
    issued_on = models.DateField("下发日期", null=True, blank=True)
    collected_on = models.DateField("收回日期", null=True, blank=True)
    checked_on = models.DateField("检查日期", null=True, blank=True)
    checked_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    # A word among 德育室; never on the printed list.
    remark = models.CharField("备注", max_length=200, blank=True)

    objects = BookHandlingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mentor", "term"], name="book_once_per_term"),
            models.CheckConstraint(
                condition=Q(collected_on__isnull=True) | Q(issued_on__isnull=False, collected_on__gte=F("issued_on")),
                name="book_collected_after_issue",
            ),
            models.CheckConstraint(
                condition=Q(checked_on__isnull=True) | Q(collected_on__isnull=False, checked_on__gte=F("collected_on")),
                name="book_checked_after_collection",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | Q(checked_on__isnull=False), name="book_checker_has_date"
            ),
        ]

    def __str__(self) -> str:
        return f"book of mentor {self.mentor_id} in term {self.term_id}"
