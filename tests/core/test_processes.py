"""Whether a process that did something is gone."""

import os
import signal
import subprocess
from collections.abc import Iterator

import pytest

from core.processes import is_gone, mark_of, this_process


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def test_one_that_was_killed_is_gone_even_before_its_parent_has_looked(sleeper: subprocess.Popen[bytes]) -> None:
    mark = mark_of(sleeper.pid)
    assert not is_gone(mark)
    sleeper.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert is_gone(mark)
    sleeper.wait()
    assert is_gone(mark)


def test_the_asker_itself_is_there_and_another_one_with_its_number_is_not_it() -> None:
    place, pid, start = this_process().rsplit(" ", 2)
    assert (pid, is_gone(this_process())) == (str(os.getpid()), False)
    assert is_gone(f"{place} {pid} {int(start) - 1}")


@pytest.mark.parametrize("mark", ["", "of another form", "another-boot pid:[4026531836] 4194305 17"])
def test_of_one_elsewhere_nothing_is_known(mark: str) -> None:
    assert not is_gone(mark)


def test_a_process_of_somebody_else_counts_as_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """`ProtectProc=invisible` hides it: that nothing is read does not mean that it has ended."""

    def refuse(_pid: int, _signal: int) -> None:
        raise PermissionError

    monkeypatch.setattr("core.processes.os.kill", refuse)
    place, _pid, _start = this_process().rsplit(" ", 2)
    assert not is_gone(f"{place} 4194305 17")
