"""Questions about one actor and a round of honours 表彰 or an experience note 经验分享."""

from accounts.actors import Actor
from accounts.enums import Role
from mentors.models.slots import Teacher
from records.recognition.enums import WRITABLE, NominatedBy, NoteState
from records.recognition.models import AwardRound, ExperienceNote
from records.recognition.querysets import DECIDERS


def can_open_rounds(actor: Actor) -> bool:
    """德育室 opens, changes, publishes and withdraws rounds."""
    return actor.has(Role.MORAL_OFFICE)


def can_decide(actor: Actor) -> bool:
    """德育室 and 领导小组 read the nominations and decide; of themselves nobody does (`is_own`)."""
    return actor.has(*DECIDERS)


def is_own(actor: Actor, teacher: Teacher) -> bool:
    """Whether `teacher` is the actor."""
    return actor.user_id is not None and teacher.user_id == actor.user_id


def takes_nominations(round: AwardRound, actor: Actor) -> bool:
    """Whether the round is open to nominations on the actor's day."""
    return round.published_at is None and round.withdrawn_at is None and actor.today <= round.until


def can_nominate(actor: Actor, round: AwardRound) -> bool:
    """Colleagues as the round says, until its day."""
    if actor.user_id is None or actor.school_id != round.school_id:
        return False
    return takes_nominations(round, actor) and actor.has(*NominatedBy(round.nominators).roles)


def can_write_note(actor: Actor, note: ExperienceNote) -> bool:
    """Its author, while it lies with them."""
    return actor.user_id is not None and note.author_id == actor.user_id and note.state in WRITABLE


def can_publish_notes(actor: Actor) -> bool:
    """德育室 reads what was handed in, returns it, publishes it, and passes it on to the bureau."""
    return actor.has(Role.MORAL_OFFICE)


def can_pass_on(note: ExperienceNote) -> bool:
    """What the school reads already, with its author's consent, once."""
    return note.state == NoteState.PUBLISHED and note.may_pass_on and note.passed_on_at is None
