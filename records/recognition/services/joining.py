"""Honours and experience notes of two entries that are one person; `records.merging` asks."""

from accounts.models import User
from mentors.models.slots import Teacher
from records.recognition.models import Award, ExperienceNote, Nomination, RubricSheet


def join_honoured(*, kept: Teacher, other: Teacher) -> None:
    """What was said of `other` is `kept`'s; where both have it, `kept`'s stays."""
    for model, keys in (
        (Nomination, ("round_id", "by_id")),
        (RubricSheet, ("round_id", "author_id")),
        (Award, ("round_id",)),
    ):
        rows = model._default_manager
        there = set(rows.filter(teacher=kept).values_list(*keys))
        doubled = [row.pk for row in rows.filter(teacher=other) if tuple(getattr(row, key) for key in keys) in there]
        rows.filter(pk__in=doubled).delete()
        rows.filter(teacher=other).update(teacher=kept)


def join_colleague(*, kept: User, other: User) -> None:
    """What `other` has written is `kept`'s; where both have, `kept`'s stays. Nobody has nominated themselves."""
    Nomination.objects.filter(by__in=(kept, other), teacher__user__in=(kept, other)).delete()
    for model, name in ((Nomination, "by"), (RubricSheet, "author")):
        rows = model._default_manager
        there = set(rows.filter(**{name: kept}).values_list("round_id", "teacher_id"))
        doubled = [row.pk for row in rows.filter(**{name: other}) if (row.round_id, row.teacher_id) in there]
        rows.filter(pk__in=doubled).delete()
        rows.filter(**{name: other}).update(**{name: kept})
    ExperienceNote.objects.filter(author=other).update(author=kept)
