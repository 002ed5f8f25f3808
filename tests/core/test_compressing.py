"""Pages go out compressed. Seen: 32 KB for 5 on the mentor's home page, 133 for 7 on the bureau's."""

import gzip

from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from core.middleware import CompressPagesMiddleware
from tests.cast import SchoolCast


def test_a_page_is_compressed_for_a_browser_that_takes_it(qingzhu: SchoolCast, client: Client) -> None:
    client.force_login(qingzhu.mentor)
    packed = client.get(reverse("desk:home"), headers={"Accept-Encoding": "gzip"})
    assert (packed.status_code, packed.headers["Content-Encoding"]) == (200, "gzip")
    assert qingzhu.pupils[0].name in gzip.decompress(packed.content).decode()
    assert not client.get(reverse("desk:home")).has_header("Content-Encoding")


def answered(response: HttpResponse) -> HttpResponse:
    """What a browser that takes gzip gets."""
    request = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})
    given = CompressPagesMiddleware(lambda _: response)(request)
    assert isinstance(given, HttpResponse)
    return given


def test_two_equal_pages_differ_in_length() -> None:
    """Their padding is random, so that a length tells nothing of what is in them."""
    assert len({len(answered(HttpResponse("<p>同一页</p>" * 100)).content) for _ in range(40)}) > 1


def test_a_file_keeps_its_length() -> None:
    data = b"%PDF " + b"0" * 1000
    given = answered(HttpResponse(data, content_type="application/pdf"))
    assert (given.content, given.has_header("Content-Encoding")) == (data, False)
