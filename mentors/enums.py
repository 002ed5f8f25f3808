"""The fixed words of mentors and assignments."""

from django.db import models


class AssignmentKind(models.TextChoices):
    """Main mentor, or a supporting one for a pupil with special needs 多对一 (Wuhu plan 五(二))."""

    MAIN = "main", "导师"
    SUPPORTING = "supporting", "辅助导师"


class AssignmentOrigin(models.TextChoices):
    """How an assignment came about."""

    HOMEROOM = "homeroom", "班主任协商"
    CHOICE = "choice", "学生选择"
    IMPORT = "import", "名册导入"
    OFFICE = "office", "德育室安排"
