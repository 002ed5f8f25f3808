"""The record books' way out and back: 期初下发，期末收齐，检查与评估 (Guyi plan 四(四)2)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from mentors.models.slots import Mentor
from records.papers.querysets import BookCheckItemQuerySet, BookHandlingQuerySet
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
    # Given back to be made up 退回: it was collected before, and is collected again. Its mentor reads why.
    returned_on = models.DateField("退回日期", null=True, blank=True)
    returned_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    return_remark = models.CharField("退回说明", max_length=200, blank=True)
    made_up = models.JSONField("要补的项目", default=list, blank=True)
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
            models.CheckConstraint(
                condition=Q(returned_on__isnull=True) | Q(issued_on__isnull=False, returned_on__gte=F("issued_on")),
                name="book_returned_after_issue",
            ),
        ]

    def __str__(self) -> str:
        return f"book of mentor {self.mentor_id} in term {self.term_id}"

    @property
    def is_returned(self) -> bool:
        """Whether it lies with its mentor, to be made up."""
        return self.returned_on is not None and self.collected_on is None


class BookCheckItem(SchoolOwned):
    """One line of the school's own check-list 检查要点 of record books."""

    position = models.PositiveSmallIntegerField()
    text = models.CharField("检查要点", max_length=40)

    objects = BookCheckItemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "position"], name="book_check_item_position_once"),
            models.CheckConstraint(condition=~Q(text=""), name="book_check_item_given"),
        ]

    def __str__(self) -> str:
        return f"check item {self.pk}"
