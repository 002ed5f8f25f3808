"""Static files of several releases in one folder: each finds its own, and what none asks for goes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import override_settings

from core.staticnames import StaticNames

ROOT = Path(__file__).resolve().parents[2]
STYLE = "css/app.css"


def released(folder: Path, names: dict[str, str]) -> Path:
    """A release whose pages ask for `names`."""
    folder.mkdir(parents=True)
    (folder / "staticfiles.json").write_text(json.dumps({"version": "1.1", "paths": names}), encoding="utf-8")
    return folder


def laid(root: Path, *names: str) -> None:
    """Files of these names."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")


def there(root: Path) -> set[str]:
    """All that lies under `root`, empty folders too."""
    return {one.relative_to(root).as_posix() for one in root.rglob("*")}


def prune(root: Path, *releases: Path) -> subprocess.CompletedProcess[str]:
    """As script/install does."""
    command = [sys.executable, "deploy/prune_static.py", str(root), *map(str, releases)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_what_no_release_asks_for_any_more_goes_and_all_else_stays(tmp_path: Path) -> None:
    """Seen: each upgrade left its style sheets and scripts for ever."""
    root = tmp_path / "static"
    laid(root, STYLE, f"{STYLE}.gz", "css/app.111.css", "css/app.111.css.gz", "css/app.222.css", "css/app.222.css.br")
    laid(root, "data.222.gz")
    laid(root, "css/app.000.css", "css/app.000.css.gz", "gone/old.js", "gone/old.000.js")
    former = released(tmp_path / "releases/1", {STYLE: "css/app.111.css"})
    present = released(tmp_path / "releases/2", {STYLE: "css/app.222.css", "data.gz": "data.222.gz"})
    done = prune(root, former, present)
    assert (done.returncode, done.stdout) == (0, "4 static files removed\n")
    assert there(root) == {
        "css",
        "data.222.gz",
        *(STYLE, f"{STYLE}.gz"),
        *("css/app.111.css", "css/app.111.css.gz", "css/app.222.css", "css/app.222.css.br"),
    }


def test_a_release_of_before_is_asked_by_the_shared_list_and_none_by_none(tmp_path: Path) -> None:
    root = tmp_path / "static"
    former = tmp_path / "releases/1"
    former.mkdir(parents=True)
    present = released(tmp_path / "releases/2", {STYLE: "css/app.222.css"})
    laid(root, STYLE, "css/app.111.css", "css/app.222.css", "css/app.000.css")
    before = there(root)
    assert prune(root, former, present).returncode == 1
    assert there(root) == before
    (root / "staticfiles.json").write_text(json.dumps({"paths": {STYLE: "css/app.111.css"}}), encoding="utf-8")
    assert prune(root, former, present).returncode == 0
    assert there(root) == before - {"css/app.000.css"} | {"staticfiles.json"}


def test_releases_that_share_a_folder_have_each_their_own_list(tmp_path: Path) -> None:
    """Seen: after `script/install --back` the former release asked for the files of the newer one."""
    releases = [released(tmp_path / number, {STYLE: f"css/app.{number}.css"}) for number in ("111", "222")]
    urls = []
    for release in releases:
        with override_settings(STATIC_MANIFEST_ROOT=release, DEBUG=False):
            urls.append(StaticNames(location=tmp_path).url(STYLE))
    assert urls == ["/static/css/app.111.css", "/static/css/app.222.css"]


@pytest.mark.parametrize("shared", [{}, {"STATIC_ROOT": "/nowhere/static"}], ids=["own", "shared"])
def test_the_list_lies_with_the_code_where_the_folder_is_shared(tmp_path: Path, shared: dict[str, str]) -> None:
    asked = "import mentorship.settings as found; print(found.STATIC_MANIFEST_ROOT)"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env=os.environ | {"VAR_DIR": str(tmp_path)} | shared,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == str(ROOT if shared else tmp_path / "static")
