"""The children that read and mark workbooks, each forked from one process that has their libraries already.

Starting such a child costs ten times what a roster of a test costs it. Here too each file gets a process of its own
with its limits; only the start is saved. Tests of the children themselves start them as the product does
(`cold_children`).
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SERVER = Path(__file__).with_name("warm_server.py")


class WarmChildren:
    """Stands where `core.workbooks` looks for the module `subprocess`."""

    TimeoutExpired = subprocess.TimeoutExpired

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._line: socket.socket | None = None
        self._server: subprocess.Popen[bytes] | None = None

    def run(
        self,
        command: Sequence[str],
        *,
        input: bytes,
        timeout: float,
        **others: Any,
    ) -> "subprocess.CompletedProcess[bytes]":
        """As `subprocess.run` for `[python, "-I", "-X", "utf8", script, …]`; raises TimeoutExpired too."""
        assert (command[:4], others) == (
            [sys.executable, "-I", "-X", "utf8"],
            {"capture_output": True, "check": False, "env": {}},
        )
        with self._lock:
            if self._line is None:
                self._line = self._start()
            return self._ask(self._line, command, input, timeout)

    def stop(self) -> None:
        """The server ends when its line is closed."""
        if self._line is not None and self._server is not None:
            self._line.close()
            self._server.wait()
            self._line = None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        with theirs:
            self._server = subprocess.Popen(
                [sys.executable, "-I", "-X", "utf8", str(_SERVER), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={},
                stderr=subprocess.DEVNULL,
            )
        return ours

    def _ask(
        self, line: socket.socket, command: Sequence[str], given: bytes, timeout: float
    ) -> "subprocess.CompletedProcess[bytes]":
        ends = time.monotonic() + timeout
        output, child_output = os.pipe()
        child_input = os.memfd_create("input")
        try:
            with open(child_input, "wb", closefd=False) as file:
                file.write(given)
            os.lseek(child_input, 0, os.SEEK_SET)
            socket.send_fds(line, [json.dumps(command[4:]).encode()], [child_input, child_output])
        finally:
            os.close(child_input)
            os.close(child_output)
        pid = int.from_bytes(line.recv(8), "big")
        pieces = []
        try:
            while select.select([output], [], [], max(0, ends - time.monotonic()))[0]:
                piece = os.read(output, 1 << 20)
                if not piece:
                    break
                pieces.append(piece)
            else:
                os.kill(pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(command, timeout)
        finally:
            os.close(output)
            status = int.from_bytes(line.recv(8), "big", signed=True)
        return subprocess.CompletedProcess(command, status, b"".join(pieces), b"")
