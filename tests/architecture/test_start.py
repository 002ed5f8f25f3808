"""What every process loads before anybody has asked for it."""

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_a_command_starts_without_what_only_some_requests_need() -> None:
    """WeasyPrint, openpyxl, apprise and others took more than a third of the time in which each process started.

    `check` loads all models, tasks, registers, forms, pages and addresses, as a web process does.
    """
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"]["lint"]
    heavy = lint["flake8-tidy-imports"]["banned-module-level-imports"]
    script = (
        "import os, sys; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mentorship.settings'); "
        "from django.core.management import execute_from_command_line as run; run(['manage.py', 'check']); "
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert {"weasyprint", "openpyxl"} < set(heavy)
    assert done.stdout.splitlines()[-1] == "[]"
