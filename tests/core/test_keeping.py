"""What lies under `var/` is closed to other people of the machine."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from core.keeping import add_key, kept_keys, private_folder

BEGINNINGS = {
    "a command": "import os; os.environ['DJANGO_SETTINGS_MODULE']='mentorship.settings'; import django; django.setup()",
    "the web": "import mentorship.wsgi",
    "a worker": "from mentorship.celery import app; app.loader.import_default_modules()",
}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("beginning", BEGINNINGS)
def test_every_process_writes_for_its_own_user_alone(tmp_path: Path, beginning: str) -> None:
    """`var/` was world-readable: database, photos and the server's key were made with umask 022."""
    var = tmp_path / "var"
    var.mkdir(mode=0o755)
    var.chmod(0o755)
    script = f"import os; os.umask(0o022); {BEGINNINGS[beginning]}; open({str(var / 'written')!r}, 'w').close()"
    environment = os.environ | {"VAR_DIR": str(var), "DATABASE_URL": f"sqlite:///{var}/db.sqlite3", "SECRET_KEY": ""}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment)
    assert [mode(path) for path in (var, var / "written", var / "secret_key")] == [0o750, 0o640, 0o600]


def test_scripts_close_what_they_write() -> None:
    """`script/server` remembers the demo's password, workers and beat write under `var/`."""
    root = Path(__file__).parents[2]
    assert "\numask 027\n" in (root / "script/server").read_text(encoding="utf-8")


def test_a_folder_that_is_shared_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    private_folder(tmp_path)
    assert mode(tmp_path) == 0o1777


def test_a_key_that_others_could_read_is_closed_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "key"
    first = kept_keys(path, make=True)
    path.chmod(0o644)
    add_key(path, "former")
    assert (kept_keys(path), mode(path)) == ([*first, "former"], 0o600)
    path.chmod(0o644)
    assert (kept_keys(path), mode(path)) == ([*first, "former"], 0o600)


def test_a_missing_key_is_not_made_unasked(tmp_path: Path) -> None:
    assert (kept_keys(tmp_path / "key"), list(tmp_path.iterdir())) == ([], [])
