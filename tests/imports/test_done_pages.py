"""Where one sees that a record was brought in from paper, and who brings it in on which page."""

import io
from collections.abc import Callable

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from jobs.models import ImportBatch
from mentors.models.slots import Mentor
from records.letters.queries.office import ON_PAPER, letter_counts, letters_owed, letters_to_release
from records.models.records import GrowthLetter, HeartTalk, HomeVisit
from records.papers.queries.books import record_book_context
from tests.cases.books import book
from tests.cast import SchoolCast
from tests.imports.paper import DONE, read

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]
LIST = book(DONE, ("一（1）班", "安可儿", "", "", "9月12日", "10月9日", "11月2日"))


def test_the_moral_office_brings_it_in_on_the_page(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    page = client.get(reverse("imports:upload"))
    assert [kind for kind, _label in page.context["form"].fields["kind"].choices] == ["done", "letters"]
    client.post(reverse("imports:upload"), {"kind": "done", "file": SimpleUploadedFile("补录.xlsx", LIST)})
    batch = ImportBatch.objects.get()
    preview = client.get(reverse("imports:detail", args=[batch.pk])).content.decode()
    assert "一（1）班 安可儿（家访 9月12日）（谈心 10月9日）（成长寄语 11月2日）" in preview
    client.post(reverse("imports:confirm", args=[batch.pk]))
    assert (HomeVisit.objects.count(), HeartTalk.objects.count(), GrowthLetter.objects.count()) == (1, 1, 1)


def test_each_role_finds_its_own_workbooks_and_imports_alone(qingzhu: SchoolCast, client_of: SignIn) -> None:
    office, admin = client_of(qingzhu.office), client_of(qingzhu.admin)
    kinds = [kind for kind, _label in admin.get(reverse("imports:upload")).context["form"].fields["kind"].choices]
    assert kinds == ["students", "teachers", "mentors", "done"]
    office.post(reverse("imports:upload"), {"kind": "students", "file": SimpleUploadedFile("名册.xlsx", LIST)})
    assert ImportBatch.objects.count() == 0
    office.post(reverse("imports:upload"), {"kind": "done", "file": SimpleUploadedFile("补录.xlsx", LIST)})
    batch = ImportBatch.objects.get()
    assert admin.get(reverse("imports:detail", args=[batch.pk])).status_code == 200
    ImportBatch.objects.update(kind="letters")
    assert admin.get(reverse("imports:detail", args=[batch.pk])).status_code == 403
    assert office.get(reverse("imports:detail", args=[batch.pk])).status_code == 200


def test_the_timeline_the_history_and_the_book_say_where_it_comes_from(qingzhu: SchoolCast, client_of: SignIn) -> None:
    read(qingzhu, LIST)
    pupil, client = qingzhu.pupils[0], client_of(qingzhu.mentor)
    assert client.get(reverse("desk:pupil", args=[pupil.pk])).content.decode().count("纸质补录") == 3
    history = client.get(reverse("desk:history", args=["visit", HomeVisit.objects.get().pk]))
    assert [(entry.act, entry.who) for entry in history.context["entries"]] == [("纸质补录", "德育韩")]
    slot = Mentor.objects.with_names().get(pk=qingzhu.slot.pk)
    printed = record_book_context(slot, qingzhu.year, actor=qingzhu.actor(qingzhu.mentor))
    own = next(row for row in printed.pupils if row.name == "安可儿")
    entries = [entry for column in own.entries for period in column for entry in period]
    assert [("来源", "纸质补录") in entry.details for entry in entries] == [True, True, True]


def test_a_letter_that_is_out_on_paper_waits_for_nobody_and_reaches_no_family_by_itself(qingzhu: SchoolCast) -> None:
    read(qingzhu, LIST)
    actor = qingzhu.actor(qingzhu.office)
    counts = letter_counts(letters_owed(actor, actor.calendar.now))
    assert {state: count for state, count in counts.items() if count} == {ON_PAPER: 1, "missing": 4}
    assert letters_to_release(actor, actor.calendar.now, class_id=None, grade_id=None) == []
    assert GrowthLetter.objects.released().count() == 0


def test_its_mentor_reads_on_the_desk_that_it_is_out(qingzhu: SchoolCast, client_of: SignIn) -> None:
    read(qingzhu, LIST)
    page = client_of(qingzhu.mentor).get(reverse("desk:letters"))
    assert {row.pupil.name: row.state for row in page.context["desk"].rows} == {"安可儿": "paper", "白一诺": "blank"}


def test_a_list_with_errors_comes_back_marked_and_its_sound_rows_go_in(qingzhu: SchoolCast, client_of: SignIn) -> None:
    client = client_of(qingzhu.office)
    wrong = book(
        DONE,
        ("一（1）班", "安可儿", "", "", "9月12日", "", ""),
        ("一（1）班", "白一诺", "", "", "2099年1月1日", "", ""),
    )
    client.post(reverse("imports:upload"), {"kind": "done", "file": SimpleUploadedFile("补录.xlsx", wrong)})
    batch = ImportBatch.objects.get()
    marked = client.get(reverse("imports:marked", args=[batch.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(marked.content))["名册"]
    comments = {cell.coordinate: cell.comment.text for row in sheet.iter_rows() for cell in row if cell.comment}
    assert list(comments) == ["E3"]
    assert "2099年1月1日" in comments["E3"]
    client.post(reverse("imports:set_aside", args=[batch.pk]), {"agreed": "on"})
    client.post(reverse("imports:confirm", args=[batch.pk]))
    assert list(HomeVisit.objects.values_list("pupil__name", flat=True)) == ["安可儿"]
