"""What an installation lacks is said by `manage.py check`, with what to do."""

import datetime
from pathlib import Path

import pytest
from django.core.checks import CheckMessage, registry
from pytest_django import Settings

from core.watching import HOUSE
from notices.keywatch import check_sealing_keys
from students.keywatch import check_paper_keys
from upkeep import selfcheck
from upkeep.selfcheck import (
    ALWAYS,
    DEPLOYED,
    check_address,
    check_broker,
    check_clock,
    check_folder,
    check_fonts,
)


def ids(found: list[CheckMessage]) -> list[str | None]:
    """The messages' numbers; each says what to do."""
    assert all(message.hint for message in found)
    return [message.id for message in found]


def test_a_folder_that_takes_no_files_is_told(settings: Settings, tmp_path: Path) -> None:
    assert ids(check_folder()) == []
    settings.VAR_DIR = tmp_path / "gone"
    assert ids(check_folder()) == ["upkeep.E001"]
    assert str(tmp_path / "gone") in check_folder()[0].msg


def test_a_machine_in_another_time_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ids(check_clock()) == []
    monkeypatch.setattr(selfcheck, "now", lambda: datetime.datetime(1970, 1, 2, tzinfo=datetime.UTC))
    assert ids(check_clock()) == ["upkeep.W002"]
    settings.TIME_ZONE = "Asia/Nowhere"
    assert ids(check_clock()) == ["upkeep.E002"]


def test_missing_fonts_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selfcheck, "font_file", lambda name: name)
    assert ids(check_fonts()) == []
    monkeypatch.setattr(selfcheck, "font_file", lambda name: None if "WenKai" in name else name)
    assert (ids(check_fonts()), "LXGW WenKai" in check_fonts()[0].msg) == (["upkeep.W003"], True)


def test_a_broker_that_does_not_answer_is_told(settings: Settings, tmp_path: Path) -> None:
    settings.REDIS_URL = ""
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path)}
    assert ids(check_broker()) == []
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path / "gone")}
    assert ids(check_broker()) == ["upkeep.W004"]
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert ids(check_broker()) == ["upkeep.W004"]


@pytest.mark.parametrize(
    "site, hosts, https, proxies, told",
    [
        ("https://daoshi.school.invalid", ["daoshi.school.invalid"], True, ["unix"], []),
        ("http://127.0.0.1:8000", ["127.0.0.1"], False, [], ["upkeep.W005"]),
        ("daoshi.school.invalid", ["*"], True, ["unix"], ["upkeep.W005"]),
        ("https://daoshi.school.invalid", ["other.invalid"], True, ["unix"], ["upkeep.W005"]),
        ("http://10.0.0.7", ["10.0.0.7"], False, [], ["upkeep.W006"]),
        ("https://daoshi.school.invalid", [".school.invalid"], True, [], ["upkeep.W007"]),
    ],
)
def test_an_address_that_leads_nowhere_or_in_plain_is_told(
    settings: Settings, site: str, hosts: list[str], https: bool, proxies: list[str], told: list[str]
) -> None:
    settings.SITE_URL, settings.ALLOWED_HOSTS = site, hosts
    settings.HTTPS, settings.TRUSTED_PROXIES = https, proxies
    assert ids(check_address()) == told


def test_all_checks_of_the_house_are_known_to_django_by_one_mark() -> None:
    of_house = {
        getattr(check, "__name__", "?")
        for check in registry.registry.get_checks(include_deployment_checks=True)
        if HOUSE in getattr(check, "tags", ())
    }
    assert of_house == {check.__name__ for check in (*ALWAYS, *DEPLOYED, check_sealing_keys, check_paper_keys)}
