"""What every process loads before anybody has asked for it."""

import subprocess
import sys

HEAVY = ("pypinyin", "scipy")


def test_a_command_starts_without_what_only_some_requests_need() -> None:
    """Dictionaries of pinyin and the optimiser took a quarter of the time in which each process started."""
    script = (
        "import sys; from django.core.management import execute_from_command_line as run; "
        f"run(['manage.py', 'check']); print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'mentorship.settings'); {script}",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
