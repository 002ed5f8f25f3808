"""The units of systemd: understood by systemd, bound to nothing, and the same commands as in the containers."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(one for one in (DEPLOY / "systemd").glob("mentorship-*.*") if one.is_file())
SHARED = DEPLOY / "systemd/mentorship-.service.d/common.conf"
LASTING = ["mentorship-web.service", "mentorship-worker@.service", "mentorship-beat.service"]


def lines_of(unit: str, name: str) -> list[str]:
    """The values of the setting `name` in a unit, in order."""
    text = (DEPLOY / "systemd" / unit).read_text(encoding="utf-8")
    return re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)


def command_of(unit: str, **values: str) -> list[str]:
    """The words of a unit's command behind the interpreter, with its own settings put in."""
    for setting in lines_of(unit, "Environment"):
        values |= dict(one.split("=", 1) for one in shlex.split(setting))
    (text,) = lines_of(unit, "ExecStart")
    return shlex.split(re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], text))[1:]


def test_systemd_understands_every_unit(tmp_path: Path) -> None:
    """`systemd-analyze verify` says nothing about any of them: no unknown setting, no unit that is not there."""
    (tmp_path / "mentorship-.service.d").mkdir()
    laid = []
    for unit in [*UNITS, SHARED]:
        text = unit.read_text(encoding="utf-8").replace("/opt/mentorship/current/.venv/bin/python", sys.executable)
        place = tmp_path / unit.relative_to(DEPLOY / "systemd")
        place.write_text(text.replace("/opt/mentorship/current", str(ROOT)), encoding="utf-8")
        if unit.suffix in {".service", ".socket", ".timer"}:
            laid.append(str(place).replace("worker@.", "worker@papers."))
    assert len(laid) == 6
    (tmp_path / "mentorship-worker@papers.service").symlink_to(tmp_path / "mentorship-worker@.service")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *laid],
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{tmp_path}:", "SYSTEMD_LOG_LEVEL": "warning"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "mentorship" in line]) == (0, [])


@pytest.mark.parametrize("unit", [unit.name for unit in UNITS])
def test_no_part_falls_with_another(unit: str) -> None:
    """Removing one part never stops another: nothing but order and the socket's own service ties them."""
    assert [lines_of(unit, tie) for tie in ("Requires", "Requisite", "BindsTo", "PartOf", "Upholds")] == [[]] * 5


@pytest.mark.parametrize("unit", LASTING)
def test_what_dies_is_started_again_for_ever(unit: str) -> None:
    assert lines_of(unit, "Restart") == ["always"]
    assert lines_of(f"mentorship-.service.d/{SHARED.name}", "StartLimitIntervalSec") == ["0"]


def composed() -> dict[str, Any]:
    """The services of the composed containers."""
    services: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return services


@pytest.mark.parametrize("queue", ["default", "mail", "papers"])
def test_a_worker_in_a_container_is_the_worker_of_systemd(queue: str) -> None:
    own = [word.replace("%i", queue).replace("%l", "%h") for word in command_of("mentorship-worker@.service")]
    assert composed()[queue]["command"] == own


def test_beat_and_backup_in_a_container_are_those_of_systemd() -> None:
    assert composed()["beat"]["command"] == command_of("mentorship-beat.service")
    assert composed()["backup"]["command"] == command_of("mentorship-backup.service")


def test_the_web_in_a_container_is_that_of_systemd_on_a_port() -> None:
    """systemd hands its socket over, a container has a port; all else is the same."""
    dockerfile = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    found = re.search(r"^CMD (\[.*\])$", dockerfile, re.MULTILINE)
    assert found is not None
    words = yaml.safe_load(found[1])
    place = words.index("--bind")
    assert words[place : place + 2] == ["--bind", "0.0.0.0:8000"]
    assert words[:place] + words[place + 2 :] == command_of("mentorship-web.service")
