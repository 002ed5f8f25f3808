"""Two at once: of two edits exactly one wins and the other gets both texts; of two pages one writes the draft."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from core.errors import DomainError
from records.desk.models import Draft, RecordVersion
from records.desk.services.deletion import delete_note
from records.desk.services.drafts import save_draft
from records.desk.services.notes import TalkData, update_talk
from records.models.records import HeartTalk
from schools.enums import NoteVisibility
from tests.cast import TODAY, SchoolCast
from tests.records.builders import talk

pytestmark = [pytest.mark.django_db(transaction=True)]
TRIES = 6


def all_at_once(acts: Sequence[Callable[[], object]]) -> Counter[str]:
    together = Barrier(len(acts), timeout=60)

    def run(act: Callable[[], object]) -> str:
        try:
            together.wait()
            act()
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(max_workers=len(acts)) as pool:
        return Counter(pool.map(run, acts))


def test_of_edits_at_once_exactly_one_wins(qingzhu: SchoolCast) -> None:
    note, actor = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0]), qingzhu.actor(qingzhu.mentor)

    def edit(number: int) -> Callable[[], object]:
        data = TalkData(date=TODAY, visibility=NoteVisibility.TEAM, text=f"第{number}份")
        return lambda: update_talk(actor=actor, talk=HeartTalk.objects.get(pk=note.pk), version=1, data=data)

    assert all_at_once([edit(n) for n in range(TRIES)]) == {"done": 1, "changed_meanwhile": TRIES - 1}
    note.refresh_from_db()
    stored = RecordVersion.objects.filter(kind="talk", record_id=note.pk).order_by("version")
    assert [v.version for v in stored] == [1, 2]
    assert stored[1].fields["text"] == note.text


def test_of_pages_at_once_one_writes_the_draft_and_the_others_are_shown_it(qingzhu: SchoolCast) -> None:
    key, actor = f"talk/new/{qingzhu.pupils[0].pk}", qingzhu.actor(qingzhu.mentor)

    def page(number: int) -> Callable[[], object]:
        content = {"text": [f"第{number}页"]}
        return lambda: save_draft(actor=actor, key=key, content=content, stamp=f"{number:012x}.1")

    assert all_at_once([page(n) for n in range(TRIES)]) == {"done": 1, "draft_elsewhere": TRIES - 1}
    assert Draft.objects.count() == 1


def test_saves_of_one_page_at_once_keep_the_latest(qingzhu: SchoolCast) -> None:
    key, actor = f"talk/new/{qingzhu.pupils[0].pk}", qingzhu.actor(qingzhu.mentor)

    def save(number: int) -> Callable[[], object]:
        content = {"text": [f"第{number}次"]}
        return lambda: save_draft(actor=actor, key=key, content=content, stamp=f"aaaaaaaaaaaa.{number}")

    assert all_at_once([save(n) for n in range(1, TRIES + 1)]) == {"done": TRIES}
    assert Draft.objects.get().content == {"text": [f"第{TRIES}次"]}


def test_a_note_deleted_at_once_is_deleted_once(qingzhu: SchoolCast) -> None:
    note, actor = talk(qingzhu, qingzhu.mentor, qingzhu.pupils[0]), qingzhu.actor(qingzhu.mentor)
    acts = [lambda: delete_note(actor=actor, record=HeartTalk.objects.get(pk=note.pk))] * TRIES
    assert all_at_once(acts) == {"done": 1, "already_deleted": TRIES - 1}
