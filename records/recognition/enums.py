"""The fixed words of honours 表彰 and experience notes 经验分享."""

from typing import Final

from django.db import models

from accounts.enums import Role


class NominatedBy(models.TextChoices):
    """Which colleagues may nominate in a round."""

    ALL = "all", "全体教师"
    MENTORS = "mentors", "导师和班主任"
    HOMEROOMS = "homerooms", "班主任"

    @property
    def roles(self) -> frozenset[Role]:
        """Whoever holds one of these may nominate."""
        return _ROLES[self]


_ROLES: Final = {
    NominatedBy.ALL: frozenset(Role) - {Role.BUREAU},
    NominatedBy.MENTORS: frozenset({Role.MENTOR, Role.HOMEROOM}),
    NominatedBy.HOMEROOMS: frozenset({Role.HOMEROOM}),
}


class NoteState(models.TextChoices):
    """The way of an experience note from its author to the colleagues."""

    DRAFT = "draft", "草稿"
    HANDED_IN = "handed_in", "等德育室看"
    RETURNED = "returned", "退回修改"
    PUBLISHED = "published", "已在校内发布"
    WITHDRAWN = "withdrawn", "已撤回"


#: In these states its author writes on.
WRITABLE: Final = (NoteState.DRAFT, NoteState.RETURNED, NoteState.WITHDRAWN)
