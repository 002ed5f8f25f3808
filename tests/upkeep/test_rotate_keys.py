"""A key is changed without losing what it opens."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import call_command
from django.core.management.base import CommandError

from core.keeping import keep_secret, kept_keys
from core.keyring import PAPER, SEALING
from notices.enums import Channel
from notices.models import Robot
from students.services import issue_slips, slip_code
from tests.cast import SchoolCast

ADDRESS = "https://oapi.dingtalk.com/robot/send?access_token=cafe"


@pytest.fixture(autouse=True)
def own_var(settings: LazySettings, tmp_path: Path) -> Path:
    """Keys of its own."""
    settings.VAR_DIR, settings.SEALING_KEYS, settings.PAPER_KEYS = tmp_path, [], []
    return tmp_path


def _robot(cast: SchoolCast, name: str) -> Robot:
    return Robot.objects.create(school=cast.school, kind=Channel.DINGTALK, name=name, address=ADDRESS)


def test_sealed_addresses_open_with_the_new_key_alone(qingzhu: SchoolCast, capsys: pytest.CaptureFixture[str]) -> None:
    robot = _robot(qingzhu, "全校")
    [former] = SEALING.all()
    call_command("rotate_keys", "sealing", forget_former=True)
    assert (former in SEALING.all(), len(SEALING.all())) == (False, 1)
    assert Robot.objects.get(pk=robot.pk).address == ADDRESS
    assert "1 个群机器人地址重新加密。删除了 1 个旧密钥" in capsys.readouterr().out


def test_no_key_goes_while_something_does_not_open(
    qingzhu: SchoolCast, own_var: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _robot(qingzhu, "旧")
    (own_var / "sealing_keys").unlink()
    robot = _robot(qingzhu, "新")
    call_command("rotate_keys", "sealing", forget_former=True)
    assert (len(SEALING.all()), Robot.objects.get(pk=robot.pk).address) == (2, ADDRESS)
    assert "有 1 个用现有的密钥都打不开，旧密钥都留着" in capsys.readouterr().out


def test_printed_slips_outlive_their_key(qingzhu: SchoolCast) -> None:
    slip = issue_slips(actor=qingzhu.actor(qingzhu.office), pupils=[qingzhu.pupils[0]])[qingzhu.pupils[0].pk]
    code = slip_code(slip)
    call_command("rotate_keys", "paper")
    assert (slip_code(slip), len(PAPER.all())) == (code, 2)


def test_the_key_of_sessions_is_another_afterwards(db: None, own_var: Path, settings: LazySettings) -> None:
    keep_secret(own_var / "secret_key", settings.SECRET_KEY)
    call_command("rotate_keys", "secret")
    [key] = kept_keys(own_var / "secret_key")
    assert key != settings.SECRET_KEY


@pytest.mark.parametrize("which", ["sealing", "paper", "secret"])
def test_keys_of_the_environment_are_changed_there(db: None, own_var: Path, settings: LazySettings, which: str) -> None:
    settings.SEALING_KEYS = settings.PAPER_KEYS = ["from outside"]
    with pytest.raises(CommandError, match=f"环境变量 {which.upper()}_KEY"):
        call_command("rotate_keys", which)
    assert list(own_var.iterdir()) == []
