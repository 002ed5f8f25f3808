"""Keys as one value, on either database."""

import pytest

from core.keysets import KeySet
from students.models import Enrolment, Pupil
from tests.cast import SchoolCast


@pytest.mark.django_db
def test_a_key_set_holds_the_keys_of_its_group(qingzhu: SchoolCast) -> None:
    found = dict(Enrolment.objects.order_by().values_list("school_class").annotate(keys=KeySet("pupil_id")))
    wanted: dict[int, set[int]] = {}
    for school_class, pupil in Enrolment.objects.values_list("school_class", "pupil"):
        wanted.setdefault(school_class, set()).add(pupil)
    assert found == wanted
    assert len(found) > 1


@pytest.mark.django_db
def test_of_no_row_it_is_empty_and_of_one_row_it_holds_one(qingzhu: SchoolCast) -> None:
    one = qingzhu.pupils[0]
    assert Pupil.objects.filter(pk=one.pk).aggregate(keys=KeySet("pk")) == {"keys": {one.pk}}
    assert Pupil.objects.none().aggregate(keys=KeySet("pk")) == {"keys": set()}
    assert Pupil.objects.filter(pk=-1).aggregate(keys=KeySet("pk")) == {"keys": set()}
