"""Kept addresses: the same as Django's, whatever is asked for."""

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse

from core.templatetags.routes import address


@pytest.mark.parametrize(
    "name, args, kwargs",
    [
        ("desk:home", (), {}),
        ("desk:pupil", (7,), {}),
        ("desk:pupil", (), {"pk": 7}),
        ("meetings:detail", (), {"pk": 7, "meeting": 12}),
        ("meetings:detail", (), {"meeting": 12, "pk": 7}),
        ("desk:files", (), {"kind": "talk", "pk": 3}),
        ("family:home", ("abc",), {}),
    ],
)
def test_an_address_is_what_django_says(name: str, args: tuple[int | str, ...], kwargs: dict[str, int | str]) -> None:
    for _ in range(2):
        assert address(name, *args, **kwargs) == reverse(name, args=args, kwargs=kwargs)


@pytest.mark.parametrize("key", [-1, True, "x", None, 10**18])
def test_what_is_no_key_is_asked_of_django(key: object) -> None:
    """A key of −1 has no address: the page fails as before instead of leading nowhere."""
    try:
        wanted = reverse("desk:pupil", args=[key])
    except NoReverseMatch:
        with pytest.raises(NoReverseMatch):
            address("desk:pupil", key)
    else:
        assert address("desk:pupil", key) == wanted


def test_the_tag_gives_the_address_escaped_or_as_a_word_and_nothing_where_there_is_none() -> None:
    page = (
        '{% url "desk:pupil" pk %} {% url "desk:pupil" pk=pk as it %}{{ it }} [{% url "no:such" as gone %}{{ gone }}]'
    )
    found = reverse("desk:pupil", args=[5])
    assert Template(page).render(Context({"pk": 5})) == f"{found} {found} []"
    with pytest.raises(NoReverseMatch):
        Template('{% url "no:such" %}').render(Context())
