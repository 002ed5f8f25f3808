"""People are found by what is typed of their name."""

import pytest

from core.search import named_like
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
