"""Style sheets go within a browser's first page, and are asked for by their addresses ever after."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage
from django.http import HttpRequest
from django.template import Context, Template
from django.test import RequestFactory

from core.templatetags import sheets

PAGE = Template('{% first_script "js/first.js" %}{% sheet "css/one.css" %}')
ASKED_FOR = '<script src="/static/js/first.js"></script><link rel="stylesheet" href="/static/css/one.css">'
WITHIN = (
    '<script nonce="n" data-within="/static/js/first.js" data-release="r2">if (1 < 2) go();</script>'
    '<style nonce="n" data-within="/static/css/one.css" data-release="r2">p > a { color: red; }</style>'
)


class Names(FileSystemStorage):
    """Files with a list of their names, as the second release has them."""

    manifest_hash = "r2"

    def stored_name(self, name: str) -> str:
        """The same name."""
        return name


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the files of a release lie."""
    for name, text in (("js/first.js", "if (1 < 2) go();"), ("css/one.css", "p > a { color: red; }")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(sheets, "staticfiles_storage", Names(tmp_path))
    sheets._text.cache_clear()
    yield tmp_path
    sheets._text.cache_clear()


def opened(opens: str = "document", cookie: str = "") -> HttpRequest:
    """A browser asks for a page."""
    request = RequestFactory().get("/", headers={"Sec-Fetch-Dest": opens} if opens else {})
    request.COOKIES |= {sheets.COOKIE: cookie} if cookie else {}
    request.csp_nonce = "n"  # type: ignore[attr-defined]  # the middleware sets it
    return request


def shown(request: HttpRequest | None) -> str:
    return PAGE.render(Context({"request": request}))


@pytest.mark.usefixtures("folder")
def test_a_browser_s_first_page_brings_its_sheets_along_and_the_next_one_asks_for_them() -> None:
    """On slow 4G a first page showed nothing for as long again as it had taken to arrive."""
    found = [shown(opened()), shown(opened(cookie="r1")), shown(opened(cookie="r2"))]
    assert found == [WITHIN, WITHIN, ASKED_FOR]


@pytest.mark.usefixtures("folder")
def test_what_is_no_browser_s_page_asks_for_its_sheets() -> None:
    without_nonce = RequestFactory().get("/", headers={"Sec-Fetch-Dest": "document"})
    requests = [None, without_nonce, opened(opens=""), opened(opens="empty"), opened(opens="iframe")]
    assert [shown(request) for request in requests] == [ASKED_FOR] * len(requests)


def test_files_that_another_machine_keeps_are_asked_for(folder: Path) -> None:
    for name in ("js/first.js", "css/one.css"):
        (folder / name).unlink()
    assert shown(opened()) == ASKED_FOR


def test_files_without_a_release_are_asked_for() -> None:
    assert shown(opened()) == ASKED_FOR


def test_no_sheet_that_may_go_within_a_page_names_a_file_beside_it() -> None:
    """Within a page such an address would lead somewhere else."""
    named: dict[str, list[str]] = {}
    for template in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        for name in re.findall(r"{% sheet ['\"](\S+)['\"] %}", template.read_text(encoding="utf-8")):
            found = finders.find(name)
            assert found is not None, name
            text = Path(found).read_text(encoding="utf-8")
            named[name] = [
                address for address in re.findall(r"url\(\s*['\"]?([^'\")]+)", text) if address[:5] != "data:"
            ]
    assert (len(named) > 10, {name: found for name, found in named.items() if found}) == (True, {})
