"""Earlier letters that say nearly the same as one that is being written."""

from django.db.models import Exists, OuterRef

from accounts.actors import Actor
from mentors.models.slots import MentorMember
from mentors.querysets.slots import is_own_member
from records.letters.checks import Alike
from records.models.records import GrowthLetter
from schools.models import Term
from students.models import Pupil


def find_alike(*, actor: Actor, pupil: Pupil, term: Term, body: str) -> Alike | None:
    """The letter of the actor's school that is nearest to `body`, if it is nearly the same; None otherwise.

    Letters of all terms, one's own and colleagues', except this pupil's of this term. Two queries, whatever their
    number. Nothing of another's letter leaves this function but that its sentences are these.
    """
    from records.letters.checks.likeness import ALIKE, nearest, ratio, shared_sentences, signature

    wanted = signature(body, pupil.name)
    if not wanted or actor.school_id is None:
        return None
    letters = GrowthLetter.objects.present().filter(school_id=actor.school_id)
    # Reading 20,000 signatures takes 30 ms and comparing them 3: no cache that could be stale is worth that.
    signed = letters.exclude(signature=b"").exclude(pupil=pupil, term=term).order_by()
    rows = list(signed.values_list("pk", "signature"))
    candidates = [rows[at][0] for at in nearest(wanted, [row[1] for row in rows])]
    if not candidates:
        return None
    own = MentorMember.objects.filter(is_own_member(actor), mentor_id=OuterRef("mentor_id"))
    compared = (
        (ratio(body, text, names=(pupil.name, name)), is_own, pupil_id == pupil.pk, pk, text, name)
        for pk, text, name, pupil_id, is_own in letters.filter(pk__in=candidates)
        .order_by()
        .annotate(own=Exists(own))
        .values_list("pk", "body", "pupil__name", "pupil_id", "own")
    )
    best = max(compared, default=None)
    if best is None or best[0] < ALIKE:
        return None
    found, is_own, same_pupil, _pk, text, name = best
    sentences = tuple(shared_sentences(body, text, names=(pupil.name, name)))
    return Alike(ratio=found, own=is_own, same_pupil=same_pupil, sentences=sentences)
