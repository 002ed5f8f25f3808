"""To whom an announcement speaks, and where it stands."""

from django.db.models import TextChoices


class Audience(TextChoices):
    """Who is addressed."""

    TEACHERS = "teachers", "全体老师"
    ROLES = "roles", "部分老师"
    FAMILIES = "families", "全校家长"
    GRADE = "grade", "一个年级的家长"
    CLASS = "class", "一个班的家长"
    SCHOOLS = "schools", "各校德育室和管理员"

    @property
    def is_families(self) -> bool:
        """Whether it is read with a slip, not with an account."""
        return self in (Audience.FAMILIES, Audience.GRADE, Audience.CLASS)


class AnnouncementState(TextChoices):
    """Where an announcement stands."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤回"
