"""People are found by what is typed of their name."""

import pytest

from core.search import is_named_like, named_like
from mentors.models.slots import Teacher
from tests.cast import SchoolCast


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["单秋", " 单 ", "shan", "SHAN", "dan", "sq", "dq"])
def test_every_reading_of_a_name_finds_it(qingzhu: SchoolCast, typed: str) -> None:
    school = qingzhu.school
    found = Teacher.objects.create(
        school=school, number="T9001", name="单秋", pinyin="shanqiu danqiu", initials=" sq dq "
    )
    Teacher.objects.create(school=school, number="T9002", name="木子", pinyin="muzi", initials=" mz ")
    assert list(Teacher.objects.filter(named_like(typed))) == [found]


WU = {"name": "吴河沐", "pinyin": "wuhemu", "initials": " whm "}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "typed, finds",
    [
        ("hm", True),
        ("whm", True),
        ("wh", True),
        ("河沐", True),
        ("W H M", True),
        ("w", True),
        ("h", False),
        ("mh", False),
    ],
)
def test_the_initials_of_the_given_name_find_too(qingzhu: SchoolCast, typed: str, finds: bool) -> None:
    """hm did not find 吴河沐: on rosters children are called by the given name."""
    found = Teacher.objects.create(school=qingzhu.school, number="T9001", **WU)
    assert (Teacher.objects.filter(named_like(typed), pk=found.pk).exists(), is_named_like(typed, **WU)) == (
        finds,
        finds,
    )
    assert not is_named_like(" ", **WU)
