"""The acting scope: who acts, in which school, with which roles today."""

import datetime
from dataclasses import dataclass, field

from accounts.enums import Role
from core.clock import today
from schools.calendar import SchoolCalendar
from schools.models import School


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person in one acting scope. Everything that is read or written is checked against it.

    `user_id` is None for the system itself (commands, beat) and for families, who have no account.
    """

    user_id: int | None
    name: str
    school_id: int | None
    bureau_id: int | None
    roles: frozenset[Role]
    homeroom_class_ids: frozenset[int] = field(default_factory=frozenset)
    # Those on leave for whom the person acts 代理 as 导师 today, by their accounts.
    stands_for: frozenset[int] = field(default_factory=frozenset)
    today: datetime.date = field(default_factory=today)
    # The school acted in, at hand for pages; `school_id` is what everything is checked against.
    school: School | None = field(default=None, compare=False, repr=False)
    scope_name: str = ""
    # In how many schools or bureaus the person has roles.
    scope_count: int = 1
    # The school's years, terms, dates and plans, as of `today`.
    calendar: SchoolCalendar = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "calendar", SchoolCalendar(self.school_id, self.today, self.school))

    def has(self, *roles: Role) -> bool:
        """Whether the actor holds one of `roles` today in this scope."""
        return not self.roles.isdisjoint(roles)


def system_actor(*, school_id: int | None, today: datetime.date, name: str = "系统") -> Actor:
    """The software itself, acting in one school from a command or a scheduled task."""
    return Actor(
        user_id=None,
        name=name,
        school_id=school_id,
        bureau_id=None,
        roles=frozenset(Role),
        today=today,
    )
