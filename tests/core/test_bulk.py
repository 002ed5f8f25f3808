"""Rows written in one go: by the hundred on SQLite, what is left over one by one; by COPY on PostgreSQL."""

import pytest

from core.bulk import insert_rows
from students.models import Pupil
from tests.cast import SchoolCast


@pytest.mark.parametrize("count", [0, 1, 111, 112, 250])
def test_all_rows_are_there_in_their_order_whatever_their_number(qingzhu: SchoolCast, count: int) -> None:
    """A pupil has nine columns: 111 of them fill a statement."""
    names = [f"学生{number}" for number in range(count)]
    keys = insert_rows(Pupil, ["school_id", "name"], [(qingzhu.school.pk, name) for name in names])
    stored = Pupil.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "name", "remark")
    assert [*stored] == [(key, name, "") for key, name in zip(keys, names, strict=True)]
