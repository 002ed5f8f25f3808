"""Whoever reads 使用记录 is told each morning that many files were opened in a short time, without a name."""

import datetime
from typing import Final

from django.urls import reverse

from accounts.enums import AUDITORS
from accounts.models import RoleGrant, User
from core.nightly import for_each
from notices.services import NoticeFor, send_notices
from records.audit.queries.unusual import many_opened
from schools.models import School

POINT_OUT: Final = "records.point_out_readings"


def point_out(*, on: datetime.date) -> int:
    """Tell of the day before `on` in every school, once; how many were told. Raises SomeFailed."""
    return for_each(POINT_OUT, School.objects.order_by("pk"), lambda school: _tell(school, on))


def _tell(school: School, on: datetime.date) -> int:
    day = on - datetime.timedelta(days=1)
    count = len(many_opened(school.pk, day, day))
    if not count:
        return 0
    readers = RoleGrant.objects.active(on).filter(school=school, role__in=AUDITORS)
    title = f"昨天有 {count} 次在短时间里打开了较多学生的档案"
    body = "可能是工作需要。请在“使用记录”里看一看是哪几次，需要时问一问本人。"
    wanted = [
        NoticeFor(user, title, f"many-opened:{school.code}:{day.isoformat()}", body, reverse("audit:lines"))
        for user in User.objects.filter(pk__in=readers.values("user")).order_by("pk")
    ]
    return len(send_notices(school=school, kind="many_opened", wanted=wanted))
