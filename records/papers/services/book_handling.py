"""The only writer of the record books' way out and back (Guyi plan 四(四)2).

Nobody checks their own book: whoever holds or shares the slot issues and collects it like any other, but the check,
taking it back and the remark are a colleague's.
"""

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.urls import reverse

from accounts.actors import Actor
from accounts.services import audit
from core.clock import cn_day, now
from core.errors import DomainError
from core.text import clean_text
from mentors.models.slots import Mentor
from notices.services import NoticeFor, send_notices
from records.enums import BookStep
from records.papers.models import BookCheckItem, BookHandling
from records.rules import handles_books, is_alone, may_check_book
from schools.days import past_days
from schools.models import School, Term

OWN: Final = "您自己的记录本请德育室的另一位老师检查。"
OWN_ALONE: Final = (
    "您自己的记录本不能由自己检查。本校德育室目前只有您一位，请学校管理员给另一位老师加上德育室的角色，由那位老师检查。"
)
MOST_REMARK: Final = 200
MOST_ITEMS: Final = 12
ITEM_LENGTH: Final = 40


@dataclass(frozen=True, slots=True)
class Marking:
    """What became of the chosen books: keys of those whose step was marked (or taken back), and how many stayed.

    `own` are the actor's own, which a colleague checks; `others` are not at that step, perhaps a double click.
    """

    marked: tuple[int, ...]
    own: int = 0
    others: int = 0


@transaction.atomic
def mark_books(*, actor: Actor, term: Term, mentors: Collection[int], step: BookStep, on: datetime.date) -> Marking:
    """Note that `step` was done with the books of `mentors` (keys) on the day `on`; year of `term` at hand.

    Books that are not at that step stay as they are, so a double click changes nothing. Raises DomainError
    `other_school`, `not_allowed`, `date_out_of_range`, `date_disordered` (a chosen book was
    issued or collected later than `on`; nothing is marked then), `own_book` (only own books were left to check).
    """
    slots = _locked(actor, term, mentors)
    past_days(term.year, actor.today).check(on)
    known = _handlings(term, slots)
    ready, own, others = [], 0, 0
    for slot in slots:
        book = known.get(slot.pk) or BookHandling(school_id=slot.school_id, term=term, mentor=slot)
        if not _is_next(book, step):
            others += 1
        elif step == BookStep.CHECKED and not may_check_book(actor, slot):
            own += 1
        else:
            ready.append(book)
    if own and not ready:
        raise own_book(actor)
    if step.before is not None:
        _check_order(ready, step.before, on)
    for book in ready:
        setattr(book, step.field, on)
        if step == BookStep.CHECKED:
            book.checked_by_id = actor.user_id
    _write(ready)
    keys = tuple(book.mentor_id for book in ready)
    if keys:
        audit(
            actor=actor,
            verb="mark_books",
            target=term,
            detail={"step": step.value, "count": len(keys), "on": on.isoformat()},
        )
    return Marking(keys, own, others)


@transaction.atomic
def undo_books(*, actor: Actor, term: Term, mentors: Collection[int], step: BookStep) -> Marking:
    """Take `step` back where it is the last one that was done with a book; the others stay as they are.

    Raises DomainError `other_school`, `not_allowed`, `own_book` (only own checks were left to take back).
    """
    slots = _locked(actor, term, mentors)
    known = _handlings(term, slots)
    ready, own, others = [], 0, 0
    for slot in slots:
        book = known.get(slot.pk)
        if book is None or not _is_last(book, step):
            others += 1
        elif step == BookStep.CHECKED and not may_check_book(actor, slot):
            own += 1
        else:
            ready.append(book)
    if own and not ready:
        raise own_book(actor)
    for book in ready:
        setattr(book, step.field, None)
        if step == BookStep.CHECKED:
            book.checked_by = None
    _write(ready)
    keys = tuple(book.mentor_id for book in ready)
    if keys:
        audit(actor=actor, verb="undo_books", target=term, detail={"step": step.value, "count": len(keys)})
    return Marking(keys, own, others)


@transaction.atomic
def return_book(*, actor: Actor, term: Term, mentor: Mentor, remark: str, made_up: Sequence[str] = ()) -> BookHandling:
    """Give a collected book back to be made up: its mentors are told why, and it is collected again. Twice is once.

    `made_up` are lines of the school's check-list. Raises DomainError `other_school`, `not_allowed`, `own_book`,
    `not_collected`, `return_unexplained`, `remark_long`.
    """
    (slot,) = _locked(actor, term, [mentor.pk])
    if not may_check_book(actor, slot):
        raise own_book(actor)
    remark, lines = remark.strip(), [line.strip() for line in made_up if line.strip()]
    if len(remark) > MOST_REMARK:
        raise DomainError("remark_long", f"退回说明最多 {MOST_REMARK} 字，请写短一些。")
    if not remark and not lines:
        raise DomainError("return_unexplained", "请写一下要补什么，或勾选要补的项目，导师会看到。")
    book = _handlings(term, [slot]).get(slot.pk)
    if book is not None and book.is_returned and (book.return_remark, book.made_up) == (remark, lines):
        return book
    if book is None or book.collected_on is None:
        raise DomainError("not_collected", "这本记录本不在德育室，收回以后才能退回。")
    book.returned_on, book.returned_by_id = max(actor.today, book.collected_on), actor.user_id
    book.return_remark, book.made_up = remark, lines
    book.collected_on = book.checked_on = book.checked_by = None
    _write([book])
    audit(actor=actor, verb="return_book", target=slot, detail={"term": term.number, "lines": len(lines)})
    why = "；".join([*lines, *([remark] if remark else [])])
    people = [member.teacher.user for member in slot.members.all()]
    wanted = [
        NoticeFor(user, "您的导师记录本退回来补一补", f"book:{book.pk}:{now().isoformat()}", why, reverse("desk:home"))
        for user in people
        if user is not None and user.is_active
    ]
    send_notices(school=slot.year.school, kind="book_returned", wanted=wanted)
    return book


@transaction.atomic
def keep_check_items(*, actor: Actor, lines: Sequence[str]) -> list[BookCheckItem]:
    """The school's own check-list, in the order given; what was noted on books stays.

    Raises DomainError `not_allowed`, `items_too_many`.
    """
    if actor.school_id is None or not handles_books(actor):
        raise DomainError("not_allowed", "检查要点由德育室设置。")
    texts = list(dict.fromkeys(text for line in lines if (text := clean_text(line))))
    if len(texts) > MOST_ITEMS or any(len(text) > ITEM_LENGTH for text in texts):
        raise DomainError("items_too_many", f"检查要点最多 {MOST_ITEMS} 条，每条最多 {ITEM_LENGTH} 字，一行一条。")
    School.objects.select_for_update().get(pk=actor.school_id)
    stored = list(BookCheckItem.objects.filter(school_id=actor.school_id))
    if [item.text for item in stored] == texts:
        return stored
    BookCheckItem.objects.filter(school_id=actor.school_id).delete()
    kept = BookCheckItem.objects.bulk_create(
        BookCheckItem(school_id=actor.school_id, position=at, text=text) for at, text in enumerate(texts, 1)
    )
    audit(actor=actor, verb="keep_check_items", detail={"items": len(kept)})
    return kept


@transaction.atomic
def note_remark(*, actor: Actor, term: Term, mentor: Mentor, remark: str) -> None:
    """Keep 德育室's word about a book, or take it away with an empty one. It is never printed.

    Raises DomainError `other_school`, `not_allowed`, `own_book`, `remark_long`.
    """
    (slot,) = _locked(actor, term, [mentor.pk])
    remark = remark.strip()
    if len(remark) > MOST_REMARK:
        raise DomainError("remark_long", f"备注最多 {MOST_REMARK} 字，请写短一些。")
    book = _handlings(term, [slot]).get(slot.pk) or BookHandling(school_id=slot.school_id, term=term, mentor=slot)
    if book.remark == remark:
        return
    if not may_check_book(actor, slot):
        raise own_book(actor)
    book.remark = remark
    _write([book])
    audit(actor=actor, verb="book_remark", target=slot, detail={"term": term.number, "length": len(remark)})


def own_book(actor: Actor) -> DomainError:
    """The refusal that says whom to ask: a colleague of 德育室, or the admin where there is none. One query."""
    return DomainError("own_book", OWN_ALONE if is_alone(actor) else OWN)


def _locked(actor: Actor, term: Term, mentors: Collection[int]) -> list[Mentor]:
    """The slots in key order, names at hand: who marks the same books waits here, and then finds what was done."""
    wanted = set(mentors)
    if term.school_id != actor.school_id:
        raise DomainError("other_school", "这个学期不属于本校。")
    if not handles_books(actor):
        raise DomainError("not_allowed", "只有德育室可以登记记录本的收发和检查。")
    rows = Mentor.objects.select_for_update().filter(pk__in=wanted, year=term.year_id, school_id=actor.school_id or 0)
    slots = list(rows.with_names().order_by("pk"))
    if len(slots) != len(wanted):
        raise DomainError("other_school", "选中的记录本不都属于本校本学年，请刷新页面后重新选择。")
    return slots


def _handlings(term: Term, slots: Sequence[Mentor]) -> dict[int, BookHandling]:
    rows = BookHandling.objects.of_term(term).filter(mentor__in=[slot.pk for slot in slots])
    return {row.mentor_id: row for row in rows}


def _is_next(book: BookHandling, step: BookStep) -> bool:
    return getattr(book, step.field) is None and (step.before is None or getattr(book, step.before.field) is not None)


def _is_last(book: BookHandling, step: BookStep) -> bool:
    if book.is_returned:
        return False
    return getattr(book, step.field) is not None and (step.after is None or getattr(book, step.after.field) is None)


def _check_order(books: Sequence[BookHandling], before: BookStep, on: datetime.date) -> None:
    latest = max((max(getattr(book, before.field), book.returned_on or on) for book in books), default=on)
    if latest > on:
        raise DomainError(
            "date_disordered", f"选中的记录本里有 {cn_day(latest)} 才{before.label}的，日期不能更早，请改一下日期。"
        )


def _write(books: Sequence[BookHandling]) -> None:
    """New rows are created, known ones changed; a row that says nothing any more goes."""
    fields = [*(step.field for step in BookStep), "checked_by", "remark"]
    fields += ["returned_on", "returned_by", "return_remark", "made_up"]
    told: list[BookHandling] = []
    empty: list[BookHandling] = []
    for book in books:
        (told if book.remark or book.issued_on is not None else empty).append(book)
    new = [book for book in told if book._state.adding]
    BookHandling.objects.filter(pk__in=[book.pk for book in empty]).delete()
    BookHandling.objects.bulk_create(new)
    BookHandling.objects.bulk_update([book for book in told if book not in new], fields, batch_size=500)
