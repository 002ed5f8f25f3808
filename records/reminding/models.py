"""What people were reminded of."""

from typing import ClassVar

from django.db import models

from accounts.models import User
from schools.owned import SchoolOwned


class Reminder(SchoolOwned):
    """That a person was reminded of one action at one point of its window; the same point is never told twice."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    # Action, term, window and point: "visit:12:0811-0914:1"; or a referral that waits: "referral:7".
    key = models.CharField(max_length=60)
    sent_on = models.DateField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="reminder_once")]

    def __str__(self) -> str:
        return f"{self.key} to {self.user_id}"
