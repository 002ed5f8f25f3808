"""Announcements of the cast, written and published by the services as the pages do."""

import datetime
from typing import Any

from accounts.models import User
from records.announcing.enums import Audience
from records.announcing.models import Announcement
from records.announcing.services.announcements import AnnouncementData, publish_announcement, write_announcement
from tests.cast import TODAY, SchoolCast

TITLE = "周五下午开会"
TEXT = "周五下午三点在报告厅开会。\n请带上记录本。"


def said(audience: Audience = Audience.TEACHERS, **values: Any) -> AnnouncementData:
    """What a form says: to all teachers, for a week from today."""
    days = {"starts_on": TODAY, "ends_on": TODAY + datetime.timedelta(days=7)}
    return AnnouncementData(**{"audience": audience, "title": TITLE, "text": TEXT, **days, **values})


def announce(
    cast: SchoolCast, audience: Audience = Audience.TEACHERS, *, by: User | None = None, **values: Any
) -> Announcement:
    """One that is published, of 德育室 unless somebody else is named."""
    actor = cast.actor(by or cast.office)
    row = write_announcement(actor=actor, data=said(audience, **values))
    return publish_announcement(actor=actor, announcement=row)
