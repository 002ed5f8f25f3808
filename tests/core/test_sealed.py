"""A sealed text is not to be read in the database, and whoever lacks the key is told in words."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.db import connection

from core.keyring import SEALING
from core.sealed import SealBroken, opens, seal, unseal
from notices.enums import Channel
from notices.models import Robot
from tests.cast import SchoolCast

ADDRESS = "https://oapi.dingtalk.com/robot/send?access_token=cafe"


@pytest.fixture(autouse=True)
def own_var(settings: LazySettings, tmp_path: Path) -> Path:
    """A ring of its own."""
    settings.VAR_DIR, settings.SEALING_KEYS = tmp_path, []
    return tmp_path


def test_what_is_sealed_opens_again_and_never_looks_the_same(own_var: Path) -> None:
    first, second = seal(ADDRESS), seal(ADDRESS)
    assert (unseal(first), unseal(second), first == second) == (ADDRESS, ADDRESS, False)
    assert "dingtalk" not in first
    assert (own_var / "sealing_keys").stat().st_mode & 0o777 == 0o600


def test_a_new_key_seals_and_the_former_one_opens_still() -> None:
    former = seal(ADDRESS)
    SEALING.renew()
    later = seal(ADDRESS)
    assert (unseal(former), unseal(later), len(SEALING.all())) == (ADDRESS, ADDRESS, 2)


@pytest.mark.parametrize("keys", [[], ["another"]])
def test_without_the_key_it_says_what_to_do(own_var: Path, settings: LazySettings, keys: list[str]) -> None:
    """A lost key must neither open, nor show what is sealed, nor be made anew by reading."""
    token = seal(ADDRESS)
    (own_var / "sealing_keys").unlink()
    settings.SEALING_KEYS = keys
    with pytest.raises(SealBroken, match="sealing_keys"):
        unseal(token)
    assert (opens(token), (own_var / "sealing_keys").exists()) == (False, False)


def test_the_field_seals_opens_and_refuses_to_be_searched(qingzhu: SchoolCast) -> None:
    robot = Robot.objects.create(school=qingzhu.school, kind=Channel.DINGTALK, name="全校", address=ADDRESS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM notices_robot WHERE id = %s", [robot.pk])
        [stored] = cursor.fetchone()
    assert ("dingtalk" in stored, unseal(stored)) == (False, ADDRESS)
    assert Robot.objects.get(pk=robot.pk).address == ADDRESS
    with pytest.raises(NotImplementedError):
        Robot.objects.filter(address=ADDRESS).exists()
    # A list leaves it out, and needs no key.
    SEALING.renew()
    assert "address" in Robot.objects.visible_to(qingzhu.actor(qingzhu.admin)).get().get_deferred_fields()


def test_a_row_of_another_key_raises_with_words(qingzhu: SchoolCast, settings: LazySettings) -> None:
    robot = Robot.objects.create(school=qingzhu.school, kind=Channel.FEISHU, name="全校", address=ADDRESS)
    settings.SEALING_KEYS = ["another"]
    with pytest.raises(SealBroken, match="sealing_keys"):
        Robot.objects.get(pk=robot.pk)
