"""The composed containers, read beside the settings and the image: no engine runs here, so that each name is looked up.

Commands are compared with those of systemd in test_units.py.
"""

import ast
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.deploy.test_units import composed
from upkeep.middleware import ANSWERS

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
IMAGE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
#: Where a container finds itself.
PLACE = "/opt/mentorship/current"
OURS = ("web", "default", "mail", "papers", "beat", "upgrade", "backup")


def example() -> dict[str, str]:
    """The settings of deploy/compose.env.example."""
    lines = (DEPLOY / "compose.env.example").read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def known_settings() -> set[str]:
    """The names that the settings ask the environment for."""
    tree = ast.parse((ROOT / "mentorship/settings.py").read_text(encoding="utf-8"))
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "env"
        if node.args and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, str)
    }


def image_environment() -> dict[str, str]:
    """What the image itself sets."""
    return dict(word.split("=", 1) for line in re.findall(r"^ENV (.*)$", IMAGE, re.MULTILINE) for word in line.split())


def mounts(service: str) -> dict[str, str]:
    """Where a service sees what: {place in the container: source}."""
    found = (one.split(":") for one in composed()[service].get("volumes", []))
    return {place: source for source, place, *_ in found}


def test_every_setting_is_one_that_somebody_reads() -> None:
    """One that is written wrong would be passed over without a word."""
    own = {name for name in example() if not name.startswith("POSTGRES_")}
    assert own - known_settings() == set()
    of_python_and_fonts = {"LC_ALL", "PYTHONUNBUFFERED", "DEBIAN_FRONTEND", "XDG_CACHE_HOME"}
    assert set(image_environment()) - known_settings() == of_python_and_fonts


def test_the_servers_are_the_services_of_these_names() -> None:
    settings = example()
    database, broker = urlsplit(settings["DATABASE_URL"]), urlsplit(settings["REDIS_URL"])
    assert (database.hostname, broker.hostname) == ("database", "broker")
    assert {"database", "broker"} <= set(composed())
    assert (database.username, database.path) == (settings["POSTGRES_USER"], f"/{settings['POSTGRES_DB']}")
    assert {composed()[name]["env_file"] for name in (*OURS, "database")} == {"compose.env"}


def test_data_lie_in_a_volume_that_belongs_to_the_containers_user() -> None:
    place = image_environment()["VAR_DIR"]
    assert {tuple(mounts(name).items()) for name in OURS} == {((place, "data"),)}
    assert f"VOLUME {place}\nUSER mentorship\n" in IMAGE
    assert f"install -d -m 750 -o mentorship -g mentorship {place}" in IMAGE
    volumes = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))["volumes"]
    assert set(volumes) == {"data", "database"}


@pytest.mark.parametrize("service", OURS)
def test_a_container_writes_nowhere_else(service: str) -> None:
    """And what fonts and measures keep for a while goes to the memory."""
    found: dict[str, Any] = composed()[service]
    memory = image_environment()["XDG_CACHE_HOME"]
    assert (found["read_only"], found["tmpfs"], found["cap_drop"]) == (True, [memory], ["ALL"])


def test_health_is_asked_where_the_pages_are_served() -> None:
    address = re.search(r"http://127\.0\.0\.1:(\d+)(/\w+)", composed()["web"]["healthcheck"]["test"][3])
    assert address is not None
    assert address[2] in ANSWERS
    assert f'"--bind", "0.0.0.0:{address[1]}"' in IMAGE
    assert f"server web:{address[1]} resolve" in (DEPLOY / "nginx/compose.conf").read_text(encoding="utf-8")
    assert "127.0.0.1" in example()["ALLOWED_HOSTS"].split(",")


def test_what_nginx_reads_is_mounted_where_it_reads_it() -> None:
    """Each file that is included or served is there, in the folder that is mounted; the certificate is the school's."""
    seen = mounts("proxy")
    assert seen["/etc/nginx/conf.d/default.conf"] == "./nginx/compose.conf"
    assert seen[f"{PLACE}/deploy/nginx"] == "./nginx"
    text = (DEPLOY / "nginx/compose.conf").read_text(encoding="utf-8")
    text += (DEPLOY / "nginx/pages.conf").read_text(encoding="utf-8")
    included = re.findall(rf"(?:include|root) {PLACE}/(deploy/nginx/[^;]+);", text)
    assert included == ["deploy/nginx/limits.conf", "deploy/nginx/pages.conf", "deploy/nginx/errors"]
    assert [name for name in included if not (ROOT / name).exists()] == []
    keys = {str(Path(name).parent) for name in re.findall(r"ssl_certificate(?:_key)? ([^;]+);", text)}
    assert {seen[folder] for folder in keys} == {"./tls"}


def test_the_tables_are_made_once_the_database_answers() -> None:
    """Seen by reading: on the first day `run upgrade` began beside a server that was not there yet, and failed."""
    assert composed()["upgrade"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "pg_isready" in composed()["database"]["healthcheck"]["test"][1]


def test_backups_are_made_by_the_servers_own_version() -> None:
    """pg_dump refuses a newer server; Debian 12 has version 15."""
    assert re.search(r"^FROM debian:(\d+)-slim$", IMAGE, re.MULTILINE).group(1) == "12"  # type: ignore[union-attr]
    assert composed()["database"]["image"] == "postgres:15"


def test_what_opens_the_installation_is_in_no_image() -> None:
    """Seen by reading: the image held the password of the database and the key of the certificate, open to all."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {"deploy/compose.env", "deploy/tls", ".env", "var"} - set(ignored) == set()
