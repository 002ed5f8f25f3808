"""The invented city of bench/: it keeps what the product keeps, it is the same each time, and no page is forgotten."""

import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Q

from mentors.models.slots import Assignment, Mentor
from records.desk.models import RecordVersion
from records.enums import LetterState
from records.models.records import GrowthLetter, HeartTalk, HomeVisit, Tick
from schools.models import SchoolYear
from students.models import Enrolment, Pupil

BENCH = str(Path(__file__).resolve().parents[2] / "bench")
pytestmark = pytest.mark.django_db


@pytest.fixture
def city(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module, on the day on which its schools are read."""
    monkeypatch.syspath_prepend(BENCH)
    import city as module  # noqa: PLC0415 - the scripts of bench/ are no package

    with module.at_day():
        yield module
    for name in [name for name in sys.modules if name.startswith(("city", "pages_walk", "papers_school", "setting"))]:
        sys.modules.pop(name)


def _build(city: Any, **shape: int) -> list[Any]:
    return list(city.build_city(city.Shape(**shape)))


def test_a_generated_school_agrees_with_rebuild_ticks_and_with_its_loads(city: Any) -> None:
    _build(city, pupils=180, years=2, schools=2)
    out = StringIO()
    call_command("rebuild_ticks", check=True, stdout=out)
    assert out.getvalue() == "0 differences (nothing changed)\n"
    loads = Mentor.objects.annotate(
        held=Count("assignments", filter=Q(assignments__ends_on=None, assignments__counts_in_load=True))
    )
    assert list(loads.exclude(load=F("held"))) == []
    assert Mentor.objects.filter(load__gt=0).count() == 2 * 18 * 1


def test_last_year_is_over_and_this_year_is_open(city: Any) -> None:
    _build(city, pupils=180, years=2)
    former, present = SchoolYear.objects.order_by("start_year")
    assert (former.is_current, present.is_current) == (False, True)
    for model in (Enrolment, Assignment):
        assert model._base_manager.filter(year=former, ends_on=None).count() == 0
    # Six classes of thirty; the last of each moved away in November.
    assert Enrolment.objects.active().filter(year=present).count() == 174
    assert Assignment.objects.active().main().filter(year=present).count() == 174
    assert Enrolment.objects.filter(year=former, end_reason="graduated").count() == 30
    assert Pupil.objects.count() == 180 + 30


def test_each_record_has_its_history_and_each_kind_is_there(city: Any) -> None:
    _build(city, pupils=180, years=1)
    records = HomeVisit.objects.count() + HeartTalk.objects.count() + GrowthLetter.objects.count()
    assert records > 180 * 2
    assert RecordVersion.objects.count() == records
    assert set(GrowthLetter.objects.values_list("state", flat=True)) == set(LetterState)
    assert HeartTalk.objects.annotate(n=Count("pupils")).filter(n__gt=1).exists()
    assert Tick.objects.filter(state="done").exists()


def test_the_same_seed_gives_the_same_school(city: Any) -> None:
    def written(seed: int) -> list[tuple[Any, ...]]:
        with transaction.atomic():
            _build(city, pupils=90, years=1, seed=seed)
            rows: list[tuple[Any, ...]] = list(Pupil.objects.order_by("pk").values_list("name", "remark"))
            for model in (HomeVisit, HeartTalk, GrowthLetter):
                rows += model._base_manager.order_by("pk").values_list("submission", "created_at")
            rows += GrowthLetter.objects.order_by("pk").values_list("body", "state")
            transaction.set_rollback(True)
        return rows

    first = written(1)
    assert written(1) == first
    assert written(2) != first


def test_every_page_of_the_url_map_is_measured_or_left_out_with_a_reason(city: Any) -> None:
    """A page that nobody measures was how a page of 26 seconds could stay."""
    _build(city, pupils=180, years=1)
    import pages_walk as walk  # noqa: PLC0415 - as above

    measured = {name.split("?")[0] for name in walk.addresses()}
    assert sorted(measured | walk.LEFT_OUT.keys()) == walk.url_names()
    assert measured & walk.LEFT_OUT.keys() == set()
    assert all(walk.LEFT_OUT.values())
