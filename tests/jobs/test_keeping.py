"""Papers that were set before: found by what they show, never set twice, gone when nobody asks for them."""

import datetime
import os
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from pytest_django import DjangoAssertNumQueries

from core.clock import today
from core.pdf import Manuscript
from jobs import keeping
from jobs.models import KeptDocument
from tests.jobs.conftest import Cast


def paper(text: str, *, colour: str = "") -> Manuscript:
    recolour = {"#23543d": colour} if colour else {}
    return Manuscript(text, "青竹小学", f'<h1 data-bookmark="{text}">{text}</h1>', ("letter.css",), {}, recolour)


@pytest.fixture
def typesetter(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stands in for the typesetter and lists the titles of what it set."""
    done: list[str] = []

    def set_one(one: Manuscript) -> bytes:
        done.append(one.title)
        return f"pdf of {one.title}".encode()

    def set_many(many: Sequence[Manuscript]) -> list[bytes]:
        return [set_one(one) for one in many]

    monkeypatch.setattr(keeping, "set_pdf", set_one)
    monkeypatch.setattr(keeping, "set_each", set_many)
    return done


def test_an_unchanged_paper_is_set_once(cast: Cast, typesetter: list[str]) -> None:
    first, again = (keeping.kept_pdf(paper("甲"), school_id=cast.school.pk) for _ in range(2))
    assert (first, again, typesetter) == (b"pdf of \xe7\x94\xb2", first, ["甲"])


def test_of_many_papers_only_the_changed_one_is_set_anew(cast: Cast, typesetter: list[str]) -> None:
    keeping.kept_pdfs([paper("甲"), paper("乙"), paper("丙")], school_id=cast.school.pk)
    pdfs = keeping.kept_pdfs([paper("甲"), paper("丁"), paper("丙")], school_id=cast.school.pk)
    assert [pdf.decode() for pdf in pdfs] == ["pdf of 甲", "pdf of 丁", "pdf of 丙"]
    assert typesetter == ["甲", "乙", "丙", "丁"]


def test_another_colour_is_another_paper(cast: Cast, typesetter: list[str]) -> None:
    keeping.kept_pdf(paper("甲"), school_id=cast.school.pk)
    keeping.kept_pdf(paper("甲", colour="#1f4e8c"), school_id=cast.school.pk)
    assert typesetter == ["甲", "甲"]


def test_two_equal_papers_of_one_request_are_set_once(cast: Cast, typesetter: list[str]) -> None:
    assert len(keeping.kept_pdfs([paper("甲"), paper("甲")], school_id=cast.school.pk)) == 2
    assert typesetter == ["甲"]


def test_schools_keep_their_papers_apart(cast: Cast, typesetter: list[str]) -> None:
    for school in (cast.school, cast.other_school):
        keeping.kept_pdf(paper("甲"), school_id=school.pk)
    assert (typesetter, KeptDocument.objects.count()) == (["甲", "甲"], 2)


def test_a_file_that_is_gone_is_set_again(cast: Cast, typesetter: list[str]) -> None:
    keeping.kept_pdf(paper("甲"), school_id=cast.school.pk)
    Path(KeptDocument.objects.get().file.path).unlink()
    assert keeping.kept_pdf(paper("甲"), school_id=cast.school.pk) == "pdf of 甲".encode()
    assert (typesetter, KeptDocument.objects.count()) == (["甲", "甲"], 1)


def test_two_workers_who_set_the_same_paper_leave_one_file(
    cast: Cast, typesetter: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keeping.kept_pdf(paper("甲"), school_id=cast.school.pk)
    monkeypatch.setattr(keeping, "_read", lambda digests, school_id: {})
    assert keeping.kept_pdf(paper("甲"), school_id=cast.school.pk) == "pdf of 甲".encode()
    assert (KeptDocument.objects.count(), len(default_storage.listdir("kept")[1])) == (1, 1)


def test_what_nobody_asks_for_goes_and_what_is_used_stays(cast: Cast, typesetter: list[str]) -> None:
    keeping.kept_pdfs([paper("甲"), paper("乙")], school_id=cast.school.pk)
    long_ago = today() - datetime.timedelta(days=keeping.KEPT_DAYS + 1)
    KeptDocument.objects.update(used_on=long_ago)
    keeping.kept_pdf(paper("乙"), school_id=cast.school.pk)
    assert (keeping.remove_unused(), KeptDocument.objects.get().used_on) == (1, today())
    assert len(default_storage.listdir("kept")[1]) == 1


def test_a_file_without_a_row_goes_after_an_hour(cast: Cast, typesetter: list[str]) -> None:
    keeping.kept_pdf(paper("甲"), school_id=cast.school.pk)
    for name, age in (("fresh", 10), ("left", 7200)):
        path = Path(default_storage.path(f"kept/{name}"))
        path.write_bytes(b"pdf")
        os.utime(path, (time.time() - age, time.time() - age))
    assert keeping.remove_unused() == 1
    assert {default_storage.exists(f"kept/{name}") for name in ("left",)} == {False}
    assert len(default_storage.listdir("kept")[1]) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_kept_papers_cost_one_query_whatever_their_number(
    cast: Cast, typesetter: list[str], django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    papers = [paper(text) for text in "甲乙丙"[:count]]
    keeping.kept_pdfs(papers, school_id=cast.school.pk)
    with django_assert_num_queries(1):
        keeping.kept_pdfs(papers, school_id=cast.school.pk)
