"""Reads about experience notes 经验分享."""

from django.db.models import QuerySet

from accounts.actors import Actor
from mentors.models.slots import Assignment
from records.recognition.checks import Mention, mentions_in
from records.recognition.enums import NoteState
from records.recognition.models import ExperienceNote
from students.models import Enrolment, Pupil


def notes_visible_to(actor: Actor) -> QuerySet[ExperienceNote]:
    """The notes that the actor may read, their authors at hand; a bureau's with their schools."""
    return ExperienceNote.objects.visible_to(actor).select_related("author", "school")


def published_notes(actor: Actor) -> QuerySet[ExperienceNote]:
    """What colleagues read, the latest first."""
    return notes_visible_to(actor).filter(state=NoteState.PUBLISHED).order_by("-published_at", "-pk")


def own_notes(actor: Actor) -> QuerySet[ExperienceNote]:
    """The actor's own notes in any state, the latest first."""
    return notes_visible_to(actor).filter(author_id=actor.user_id or 0)


def waiting_notes(actor: Actor) -> QuerySet[ExperienceNote]:
    """What waits for 德育室, the oldest first."""
    return notes_visible_to(actor).filter(state=NoteState.HANDED_IN).order_by("updated_at", "pk")


def mentions_of(actor: Actor, note: ExperienceNote) -> list[Mention]:
    """What in a note tells who a child is. Two queries.

    Around the author are the pupils whom they mentor or have mentored, and their classmates.
    """
    held = Assignment.objects.filter(school_id=note.school_id, mentor__members__teacher__user_id=note.author_id).values(
        "pupil_id"
    )
    classes = Enrolment.objects.filter(school_id=note.school_id, pupil_id__in=held).values("school_class_id")
    known = Enrolment.objects.filter(school_id=note.school_id, school_class_id__in=classes)
    texts = {name: str(getattr(note, name)) for name in ("title", "situation", "done", "helped")}
    return mentions_in(
        texts,
        known=set(known.values_list("pupil__name", flat=True)),
        everyone=set(Pupil.objects.in_school(actor).values_list("name", flat=True)),
    )
