"""Deleting one's own records: undone at once or within 30 days, never counted meanwhile, then gone for good."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, User
from core.errors import DomainError
from records.desk.models import Attachment, Reading, RecordVersion
from records.desk.services.deletion import delete_note, purge_deleted, restore_note
from records.desk.services.readings import note_readings
from records.models.records import GrowthLetter, HeartTalk, HomeVisit, Record
from records.papers.queries.books import BookSource
from records.tasks import purge
from tests.cast import SchoolCast
from tests.records.builders import letter, released_letter, talk, tick_states, visit
from tests.records.test_desk_forms import HTMX, url_of, words

ClientOf = Callable[[User], Client]


def url(name: str, kind: str, record: Record) -> str:
    return reverse(f"desk:{name}", args=[kind, record.pk])


def made(cast: SchoolCast, kind: str) -> Record:
    pupil = cast.pupils[0]
    if kind == "letter":
        return letter(cast, cast.mentor, pupil, draft=True)
    return visit(cast, cast.mentor, pupil) if kind == "visit" else talk(cast, cast.mentor, *cast.pupils)


@pytest.mark.parametrize("kind", ["visit", "talk", "letter"])
def test_a_deleted_record_goes_with_its_tick_and_comes_back_with_it(
    qingzhu: SchoolCast, client_of: ClientOf, kind: str
) -> None:
    record, client = made(qingzhu, kind), client_of(qingzhu.mentor)
    before = tick_states(qingzhu, qingzhu.pupils[0])
    assert list(before) == [kind]
    answer = client.post(url("delete", kind, record))
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    came = f"?pupil={qingzhu.pupils[0].pk}" if kind == "talk" else ""
    assert page.content.decode().count(f'action="{url("restore", kind, record)}{came}"') == 1
    assert words(page).count("30 天内可以在“最近删除”里恢复") == 1
    assert tick_states(qingzhu, qingzhu.pupils[0]) == {}
    assert client.post(url("restore", kind, record))["Location"] == url_of("pupil", qingzhu.pupils[0])
    assert tick_states(qingzhu, qingzhu.pupils[0]) == before
    acts = (
        RecordVersion.objects.filter(kind=kind, record_id=record.pk).order_by("version").values_list("act", flat=True)
    )
    assert list(acts) == ["created", "deleted", "restored"]
    verbs = AuditEntry.objects.filter(verb__in=(f"delete_{kind}", f"restore_{kind}")).order_by("pk")
    assert [(entry.verb, entry.user) for entry in verbs] == [
        (f"delete_{kind}", qingzhu.mentor),
        (f"restore_{kind}", qingzhu.mentor),
    ]


def test_deleting_in_the_panel_turns_the_tick_back(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    record = made(qingzhu, "talk")
    page = client_of(qingzhu.mentor).post(url("delete", "talk", record), headers=HTMX).content.decode()
    assert (page.count('class="tick tick-open'), page.count("撤销")) == (6, 1)


def test_a_deleted_record_is_nowhere_but_in_its_authors_list(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    record = visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0], text="删掉的话")
    delete_note(actor=qingzhu.actor(qingzhu.mentor), record=record)
    pages = {
        part: client_of(qingzhu.people[part]).get(url_of("pupil", qingzhu.pupils[0])).content.decode().count("删掉的话")
        for part in ("mentor", "homeroom", "office")
    }
    assert pages == {"mentor": 0, "homeroom": 0, "office": 0}
    source = BookSource(qingzhu.actor(qingzhu.mentor), qingzhu.year, [qingzhu.slot])
    assert source.shown(qingzhu.slot) == []
    lists = {
        part: words(client_of(qingzhu.people[part]).get(reverse("desk:deleted"))).count("删掉的话")
        for part in ("mentor", "homeroom", "colleague")
    }
    assert lists == {"mentor": 1, "homeroom": 0, "colleague": 0}
    history = {
        part: client_of(qingzhu.people[part]).get(url("history", "visit", record)).status_code
        for part in ("mentor", "office")
    }
    assert history == {"mentor": 200, "office": 403}


@pytest.mark.parametrize("name", ["delete", "restore"])
def test_only_the_author_deletes_and_restores(
    qingzhu: SchoolCast, other: SchoolCast, client_of: ClientOf, name: str
) -> None:
    record = made(qingzhu, "visit")
    if name == "restore":
        delete_note(actor=qingzhu.actor(qingzhu.mentor), record=record)
    parts = ("homeroom", "colleague", "office", "admin", "counsellor")
    answers = {part: client_of(qingzhu.people[part]).post(url(name, "visit", record)).status_code for part in parts}
    assert answers == dict.fromkeys(parts, 403)
    assert client_of(other.mentor).post(url(name, "visit", record)).status_code == 404
    assert HomeVisit.objects.present().count() == (1 if name == "delete" else 0)


def test_a_letter_that_others_have_is_not_deleted(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    handed_in = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0])
    released = released_letter(qingzhu, qingzhu.mentor, qingzhu.pupils[1])
    actor = qingzhu.actor(qingzhu.mentor)
    for record in (handed_in, released):
        with pytest.raises(DomainError) as refused:
            delete_note(actor=actor, record=record)
        assert refused.value.code == "letter_handed_in"
    assert GrowthLetter.objects.present().count() == 2


def test_a_letter_is_not_restored_over_a_new_one(qingzhu: SchoolCast, client_of: ClientOf) -> None:
    old = letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body="旧的一封", draft=True)
    delete_note(actor=qingzhu.actor(qingzhu.mentor), record=old)
    letter(qingzhu, qingzhu.mentor, qingzhu.pupils[0], body="新的一封", draft=True)
    client = client_of(qingzhu.mentor)
    page = client.post(url("restore", "letter", old), follow=True)
    said = [words(page).count(w) for w in ("这个学期已经另写了一封，不能再恢复旧的", "旧的一封")]
    assert said == [1, 1]
    assert GrowthLetter.objects.present().get().body == "新的一封"


def test_deleting_twice_and_restoring_twice_say_so(qingzhu: SchoolCast) -> None:
    record, actor = made(qingzhu, "talk"), qingzhu.actor(qingzhu.mentor)
    codes = []
    for act in (delete_note, delete_note, restore_note, restore_note):
        try:
            act(actor=actor, record=record)
            codes.append("done")
        except DomainError as error:
            codes.append(error.code)
    assert codes == ["done", "already_deleted", "done", "not_deleted"]


def test_after_thirty_days_they_go_for_good_with_all_that_hung_on_them(
    qingzhu: SchoolCast, own_folder: Path, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    actor = qingzhu.actor(qingzhu.mentor)
    old, young, present = (visit(qingzhu, qingzhu.mentor, qingzhu.pupils[0]) for _ in range(3))
    for record in (old, young, present):
        Attachment.objects.create(
            school=qingzhu.school,
            visit=record,
            file=ContentFile(b"-", name=f"{record.pk}.jpg"),
            name="照片.jpg",
            content_type="image/jpeg",
            size=1,
            created_by=qingzhu.mentor,
        )
        note_readings(actor=qingzhu.actor(qingzhu.office), records=[record])
    for record, days in ((old, 31), (young, 29)):
        delete_note(actor=actor, record=record)
        past = timezone.now() - datetime.timedelta(days=days)
        HomeVisit.objects.filter(pk=record.pk).update(deleted_at=past)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]  # a context manager
        assert purge_deleted() == 1
    left = {young.pk, present.pk}
    assert set(HomeVisit.objects.values_list("pk", flat=True)) == left
    assert set(RecordVersion.objects.values_list("record_id", flat=True)) == left
    assert set(Reading.objects.values_list("record_id", flat=True)) == left
    assert len([path for path in own_folder.rglob("*") if path.is_file()]) == 2
    restore_note(actor=actor, record=young)


def test_what_is_past_its_days_is_not_restored_before_the_night_either(qingzhu: SchoolCast) -> None:
    record, actor = made(qingzhu, "talk"), qingzhu.actor(qingzhu.mentor)
    delete_note(actor=actor, record=record)
    HeartTalk.objects.update(deleted_at=timezone.now() - datetime.timedelta(days=30, minutes=1))
    with pytest.raises(DomainError) as refused:
        restore_note(actor=actor, record=record)
    assert refused.value.code == "too_late"
    purge()
    with pytest.raises(DomainError) as gone:
        restore_note(actor=actor, record=record)
    assert (gone.value.code, HeartTalk.objects.count()) == ("too_late", 0)


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_queries_for_one_and_for_three(
    qingzhu: SchoolCast, client_of: ClientOf, django_assert_num_queries: Callable[[int], object], count: int
) -> None:
    for _ in range(count):
        delete_note(actor=qingzhu.actor(qingzhu.mentor), record=talk(qingzhu, qingzhu.mentor, *qingzhu.pupils))
    client = client_of(qingzhu.mentor)
    with django_assert_num_queries(9):  # type: ignore[attr-defined]  # a context manager
        page = client.get(reverse("desk:deleted"))
    assert len(page.context["lines"]) == count


@pytest.mark.parametrize("back", ["", "&back=pupil"])
def test_what_concerns_two_children_stays_with_the_one_it_came_from_and_names_both(
    qingzhu: SchoolCast, client_of: ClientOf, back: str
) -> None:
    """Deleting a talk with three children from one's page showed another's whole file under the first one's address."""
    first, second = qingzhu.pupils
    record, client = talk(qingzhu, qingzhu.mentor, first, second), client_of(qingzhu.mentor)
    asked = f"?pupil={second.pk}{back}"
    page = client.post(url("delete", "talk", record) + asked, headers=HTMX)
    undo = f"{url('restore', 'talk', record)}?pupil={second.pk}"
    assert words(page).count("已删除安可儿、白一诺的谈心") == 1
    assert page.content.decode().count(f'action="{undo}"') == 1
    if back:
        assert page.context["file"].pupil == second
    restored = client.post(undo)
    assert restored["Location"] == url_of("pupil", second)
    assert words(client.get(restored["Location"])).count("已恢复安可儿、白一诺的谈心。") == 1
    gone = client.post(url("delete", "talk", record) + f"?pupil={second.pk}&back=pupil")
    assert gone["Location"] == url_of("pupil", second)


def test_the_pages_of_a_record_with_two_children_lead_back_to_the_one_they_came_from(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    """History, files and the form of a talk with several children all led to the first one's page."""
    first, second = qingzhu.pupils
    record, client = talk(qingzhu, qingzhu.mentor, first, second), client_of(qingzhu.mentor)
    file = client.get(url_of("pupil", second)).content.decode()
    back, found = f"?pupil={second.pk}", {}
    for name in ("history", "files"):
        address = url(name, "talk", record) + back
        page = client.get(address).content.decode()
        found[name] = (file.count(f'href="{address}"'), page.count(url_of("pupil", first)) > 0)
        assert page.count(url_of("pupil", second)) > 0
    assert found == {"history": (1, False), "files": (1, False)}
    edit = client.get(reverse("desk:talk_edit", args=[record.pk]) + back)
    assert edit.context["pupil"] == second


def test_a_talk_whose_first_child_has_another_mentor_now_is_still_changed_by_its_writer(
    qingzhu: SchoolCast, client_of: ClientOf
) -> None:
    """The form asked leave for the first child alone, so that the talk with the others could not be opened."""
    first, second = qingzhu.pupils
    record = talk(qingzhu, qingzhu.mentor, first, second)
    qingzhu.slot.assignments.filter(pupil=first).delete()
    client = client_of(qingzhu.mentor)
    assert client.get(reverse("desk:talk_edit", args=[record.pk])).context["pupil"] == second
    assert client.get(url_of("pupil", second)).content.decode().count(url("history", "talk", record)) == 1
