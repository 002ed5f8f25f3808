"""Who opened a text is noted, and its author sees it."""

import uuid
from collections.abc import Callable

from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from records.desk.models import Reading
from records.desk.queries.history import readers_of
from records.desk.services.readings import note_readings
from records.enums import RecordKind
from records.papers.printing import order_books
from schools.enums import NoteVisibility
from tests.cast import SchoolCast
from tests.records.builders import letter, partner_of, talk, visit
from tests.records.test_desk_forms import url_of, words

ClientOf = Callable[[User], Client]


def readings() -> list[tuple[str, str]]:
    rows = Reading.objects.select_related("user").order_by("kind", "user__username")
    return [(row.kind, row.user.name) for row in rows]


def test_opening_a_pupils_page_is_noted_for_what_others_wrote(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    visit(qingzhu, qingzhu.mentor, pupil)
    talk(qingzhu, qingzhu.mentor, pupil, visibility=NoteVisibility.AUTHOR)
    letter(qingzhu, qingzhu.mentor, pupil)
    talk(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    client_of(qingzhu.mentor).get(url_of("pupil", pupil))
    assert readings() == []
    office = client_of(qingzhu.office)
    for _ in range(2):
        office.get(url_of("pupil", pupil))
    # Neither the restricted talk nor the one with another pupil was shown.
    assert readings() == [("letter", qingzhu.office.name), ("visit", qingzhu.office.name)]
    first = Reading.objects.get(kind="visit")
    assert first.first_at < first.last_at


def test_a_note_without_words_is_not_read(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="")
    client_of(qingzhu.office).get(url_of("pupil", qingzhu.pupils[0]))
    assert readings() == []


def test_the_author_sees_who_and_in_which_role(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    note = visit(qingzhu, qingzhu.mentor, pupil)
    for part in ("office", "homeroom"):
        client_of(qingzhu.people[part]).get(url_of("pupil", pupil))
    client, history = client_of(qingzhu.mentor), reverse("desk:history", args=["visit", note.pk])
    page = client.get(url_of("pupil", pupil))
    assert (words(page).count("2 人看过"), page.content.decode().count(f'href="{history}?pupil={pupil.pk}"')) == (1, 1)
    shown = [(reader.role, reader.name) for reader in client.get(history).context["readers"]]
    assert shown == [("班主任", qingzhu.homeroom.name), ("德育室", qingzhu.office.name)]
    # Who reads is not told who else did.
    page = client_of(qingzhu.office).get(history)
    assert (page.context["readers"], page.content.decode().count("打开过")) == (None, 0)


def test_a_slots_second_teacher_is_no_reader_of_their_letter(qingzhu: SchoolCast) -> None:
    written = letter(qingzhu, qingzhu.sharer, qingzhu.pupil_shared)
    partner = partner_of(qingzhu)
    counts = [note_readings(actor=qingzhu.actor(who), records=[written]) for who in (partner, qingzhu.office)]
    assert counts == [0, 1]


def test_printing_a_book_and_the_letters_page_are_noted(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    pupil = qingzhu.pupils[0]
    visit(qingzhu, qingzhu.mentor, pupil)
    talk(qingzhu, qingzhu.mentor, pupil, visibility=NoteVisibility.OFFICE)
    client = client_of(qingzhu.office)
    client.get(reverse("papers:book", args=[qingzhu.slot.pk]))
    # A restricted text is not in the book.
    assert readings() == [("visit", qingzhu.office.name)]
    written = letter(qingzhu, qingzhu.mentor, pupil)
    client.get(reverse("office:letter", args=[written.pk]))
    assert readings() == [("letter", qingzhu.office.name), ("visit", qingzhu.office.name)]


def test_a_job_reads_as_whoever_asked_for_it(qingzhu: SchoolCast) -> None:
    from records.papers.printing import make_book  # noqa: PLC0415 - only here

    visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    job = order_books(actor=qingzhu.actor(qingzhu.office), year=qingzhu.year, job_id=uuid.uuid4())
    make_book(job.items.get(payload__mentor=qingzhu.slot.pk))
    assert readings() == [("visit", qingzhu.office.name)]


def test_many_readings_are_one_query(qingzhu: SchoolCast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    notes = [visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0]) for _ in range(3)]
    talks = [talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0]) for _ in range(3)]
    actor = qingzhu.actor(qingzhu.office)
    for _ in range(2):
        with django_assert_num_queries(1):
            assert note_readings(actor=actor, records=[*notes, *talks, None]) == 6
    assert Reading.objects.count() == 6
    assert len(readers_of(qingzhu.actor(qingzhu.mentor), RecordKind.VISIT, notes[0].pk)) == 1
