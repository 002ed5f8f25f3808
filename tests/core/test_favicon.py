"""The icon of what is no page."""

from django.test import Client


def test_a_bare_pdf_has_an_icon_too(client: Client) -> None:
    """Seen: a browser that opens a PDF asks for /favicon.ico, and each time a log line said 404."""
    answer = client.get("/favicon.ico", headers={"host": "testserver"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "max-age=3600, public")
    # The mark of an icon with three pictures.
    assert answer.getvalue()[:6] == b"\0\0\1\0\3\0"
