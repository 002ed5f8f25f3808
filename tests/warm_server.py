"""Forks the children of tests/warm.py. Run as a script like them: nothing of the project, no Django.

Argument: the socket on which scripts with their arguments are asked for; each brings its input and its output along.
Answers: the child's process, and when it has ended its exit code.
"""

import contextlib
import json
import os
import socket
import sys
import traceback
from importlib.machinery import SourceFileLoader
from types import ModuleType

# What the scripts import after their limits are set.
import msoffcrypto  # type: ignore[import-untyped]  # noqa: F401  # it has no stubs
import openpyxl.cell.cell
import openpyxl.comments
import openpyxl.styles  # noqa: F401
import python_calamine  # noqa: F401


def main() -> None:
    line = socket.socket(fileno=int(sys.argv[1]))
    scripts: dict[str, ModuleType] = {}
    while True:
        asked, files, _, _ = socket.recv_fds(line, 1 << 16, 2)
        if not asked:
            return
        script, *arguments = json.loads(asked)
        if script not in scripts:
            scripts[script] = _loaded(script)
        child = os.fork()
        if child == 0:
            line.close()
            for file, place in zip(files, (0, 1), strict=True):
                os.dup2(file, place)
                os.close(file)
            sys.argv = [script, *arguments]
            os._exit(_ran(scripts[script]))
        for file in files:
            os.close(file)
        line.send(child.to_bytes(8, "big"))
        _, status = os.waitpid(child, 0)
        line.send(os.waitstatus_to_exitcode(status).to_bytes(8, "big", signed=True))


def _loaded(script: str) -> ModuleType:
    loader = SourceFileLoader("child", script)
    module = ModuleType("child")
    module.__file__ = script
    loader.exec_module(module)
    if hasattr(module, "_NEIGHBOURS"):
        for names in module._NEIGHBOURS.values():
            for name in names:
                module._neighbour(name)
    return module


def _ran(script: ModuleType) -> int:
    try:
        script.main()
        sys.stdout.flush()
    except BaseException:
        with contextlib.suppress(BaseException):
            traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    main()
