"""PostgreSQL: copied by `pg_dump` from a snapshot that is counted, too; put back in one transaction by `psql`."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, cast

from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from core.errors import DomainError
from upkeep.engines.base import BEFORE, LEFT_OUT, RestoreRefused, Snapshot, described

NAME: Final = "postgresql"
MEMBER: Final = "database.dump"
_PROGRAMS: Final = ("pg_dump", "pg_restore", "psql")
_COLUMNS: Final = """
SELECT table_name, column_name FROM information_schema.columns
JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
"""
#: Nobody is connected while a database is put back; whoever still holds a row is not waited for all night.
_PATIENCE: Final = "30s"


@dataclass(frozen=True, slots=True)
class Client:
    """The client programs of one version."""

    folder: Path
    major: int

    def command(self, program: str, *words: str, database: bool = True) -> tuple[list[str], dict[str, str]]:
        """A command line on the configured database, and its environment: the password is in there alone."""
        arguments, extra = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
        address = arguments[1:] if database else []
        return [str(self.folder / program), *words, *address], os.environ | (extra or {}) | {"PGAPPNAME": "backup"}


def client(server_major: int) -> Client:
    """The newest programs of this machine, not older than the server. Raises DomainError with what to install."""
    folders = {path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/pg_dump")}
    if found := shutil.which("pg_dump"):
        folders.add(Path(found).parent)
    clients = [
        Client(folder, _major(folder / "pg_dump"))
        for folder in sorted(folders)
        if all((folder / program).exists() for program in _PROGRAMS)
    ]
    best = max(clients, key=lambda one: one.major, default=None)
    if best is None or best.major < server_major:
        seen = f"只有 {best.major} 版" if best else "没有"
        raise DomainError(
            "no_client",
            f"备份和恢复要用 PostgreSQL 的客户端程序（pg_dump、pg_restore、psql），版本不低于服务器的 {server_major}；"
            f"这台机器上{seen}。请安装：apt-get install postgresql-client-{server_major}",
        )
    return best


def _major(program: Path) -> int:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603  # a program of the machine
    version = re.search(r"\) (\d+)", said)
    return int(version[1]) if version else 0


def _server_major() -> int:
    with connection.cursor():
        return int(cast("Any", connection).pg_version // 10000)


@contextmanager
def snapshot(folder: Path) -> Iterator[Snapshot]:
    """The database as it is now, dumped into `folder`. Writers go on meanwhile. Raises DomainError, DatabaseError."""
    programs = client(_server_major())
    target = folder / MEMBER
    own = connection.copy()
    try:
        own.set_autocommit(False)
        with own.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            # Idle while `pg_dump` works.
            cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
            exported, version = cursor.fetchone()

            def rows_of(question: str) -> list[tuple[Any, ...]]:
                cursor.execute(question)
                return list(cursor.fetchall())

            columns: dict[str, set[str]] = {}
            for table, column in rows_of(_COLUMNS):
                columns.setdefault(table, set()).add(column)
            words = [f"--exclude-table-data=public.{table}" for table in LEFT_OUT if table in columns]
            command, environment = programs.command(
                "pg_dump", "--format=custom", "--compress=5", "--no-owner", "--no-privileges",
                "--lock-wait-timeout=60s", f"--exclude-schema={BEFORE}*", f"--snapshot={exported}",
                f"--file={target}", *words,
            )  # fmt: skip
            _run(command, environment)
            counts, migrations, files = described(rows_of, columns)
    finally:
        own.close()
    _list(programs, target)
    about = {"engine": NAME, "server": version, "client": str(programs.major)}
    yield Snapshot(target, counts, migrations, files, about)


def counted(path: Path) -> dict[str, int]:
    """Nothing is counted before it is put back; that the dump can be read is seen. Raises RestoreRefused."""
    try:
        _list(client(_server_major()), path)
    except DomainError as error:
        raise RestoreRefused(error.message) from error
    return {}


def others() -> list[str]:
    """Who else is connected to the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, application_name, client_addr FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return [" ".join(str(part) for part in row if part) for row in cursor.fetchall()]


def is_empty() -> bool:
    """Whether there is no table yet."""
    return not connection.introspection.table_names()


def put_back(dump: Path, stamp: str) -> str:
    """Let the dump be the database, in one transaction; says where the former tables are. Raises RestoreRefused.

    The former ones keep everything: they move into a schema of their own.
    """
    programs = client(_server_major())
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
    connection.close()
    former = f"{BEFORE}{stamp}" if tables else ""
    away = [f"SET lock_timeout = '{_PATIENCE}';", "BEGIN;"]
    if former:
        away += [f'CREATE SCHEMA "{former}";', *(f'ALTER TABLE public."{t}" SET SCHEMA "{former}";' for t in tables)]
    reading, environment = programs.command(
        "pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--file=-", str(dump), database=False
    )
    writing, _ = programs.command("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
    with (
        subprocess.Popen(reading, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as source,  # noqa: S603  # programs of PostgreSQL
        subprocess.Popen(writing, env=environment, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as sink,  # noqa: S603
    ):
        told, into = cast("IO[bytes]", sink.stderr), cast("IO[bytes]", sink.stdin)
        try:
            into.write("\n".join([*away, ""]).encode())
            shutil.copyfileobj(cast("IO[bytes]", source.stdout), into)
            # Without this word all of it is as if it had never been.
            if source.wait() == 0:
                into.write(b"\nCOMMIT;\n")
            into.close()
        except BrokenPipeError:
            source.kill()
        said = told.read().decode(errors="replace")
    if source.returncode or sink.returncode:
        # The first line names the statement's fault; rows stand only in what follows.
        raise RestoreRefused(f"数据库没有改动：恢复时出错（{said.splitlines()[0][:200] if said else 'pg_restore'}）。")
    return former


def how_to_drop(former: str) -> str:
    """The command that removes what was there before."""
    return f"psql … -c 'DROP SCHEMA \"{former}\" CASCADE'"


def _list(programs: Client, dump: Path) -> None:
    command, environment = programs.command("pg_restore", "--list", str(dump), database=False)
    _run(command, environment)


def _run(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603  # programs of PostgreSQL
    if done.returncode:
        program, lines = Path(command[0]).name, done.stderr.strip().splitlines()
        raise DomainError("pg_failed", f"{program} 没有成功：{lines[0][:200] if lines else done.returncode}")
