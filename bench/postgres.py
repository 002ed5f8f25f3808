"""A PostgreSQL server of one's own, as `script/test` starts one: gone afterwards, or kept in a folder."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

#: Nothing that is measured is written, and a page is asked for by one process at a time.
OPTIONS = (
    "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off",
    "max_parallel_workers_per_gather=0", "shared_buffers=1GB", "max_wal_size=4GB",
)  # fmt: skip


def find_postgres() -> Path | None:
    """The folder of the newest server's programs on this machine."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


@contextmanager
def own_server(keep: Path | None = None, *, options: Sequence[str] = OPTIONS) -> Iterator[str]:
    """The server's address up to the name of a database; whoever uses it makes their own there.

    What is in it stays in the folder `keep`, where one is named, for the next who names it; one at a time.

    Raises RuntimeError without PostgreSQL, subprocess.CalledProcessError if it does not start.
    """
    programs = find_postgres()
    if programs is None:
        raise RuntimeError("PostgreSQL is missing: script/setup --dev installs it")
    with ExitStack() as stack:
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-pg-")))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
        room = folder.resolve() / "pg"
        room.mkdir(exist_ok=True)
        become: list[str] = []
        if os.geteuid() == 0:
            # PostgreSQL refuses to run as root.
            become = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
            shutil.chown(room, "postgres")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]

        def run(program: str, *words: str) -> None:
            # Its standard streams are kept open by the server: nobody may wait for their end.
            with (folder / "log").open("ab") as log:
                subprocess.run(
                    [*become, str(programs / program), "-D", str(room / "data"), *words],
                    check=True, cwd=room, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                )  # fmt: skip

        if not (room / "data" / "PG_VERSION").exists():
            run("initdb", "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        switches = " ".join(f"-c {option}" for option in options)
        run("pg_ctl", "-l", str(room / "log"), "-w", "-t", "60", "-o",
            f"-h 127.0.0.1 -p {port} -k {room} {switches}", "start")  # fmt: skip
        try:
            yield f"postgres://bench@127.0.0.1:{port}"
        finally:
            run("pg_ctl", "-m", "fast" if keep else "immediate", "-t", "600", "stop")
