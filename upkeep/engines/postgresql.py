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
from upkeep.engines.base import (
    BEFORE,
    LEFT_OUT,
    Columns,
    Hold,
    RestoreRefused,
    Snapshot,
    counts_of,
    files_of,
    held_moment,
    migrations_of,
)

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
def snapshot(folder: Path, hold: Hold) -> Iterator[Snapshot]:
    """The database as it is now, dumped into `folder`. Writers go on meanwhile. Raises DomainError, DatabaseError."""
    programs = client(_server_major())
    target = folder / MEMBER
    own = connection.copy()
    own.set_autocommit(False)
    try:
        with own.cursor() as cursor:

            def rows_of(question: str) -> list[tuple[Any, ...]]:
                cursor.execute(question)
                return list(cursor.fetchall())

            columns: Columns = {}
            for table, column in rows_of(_COLUMNS):
                columns.setdefault(table, set()).add(column)
            own.rollback()

            def begin() -> set[str]:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                # Idle while `pg_dump` works.
                cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
                return files_of(rows_of, columns)

            files, missing = held_moment(begin, own.rollback, hold)
            [(exported, version)] = rows_of("SELECT pg_export_snapshot(), current_setting('server_version')")
            words = [f"--exclude-table-data=public.{table}" for table in LEFT_OUT if table in columns]
            command, environment = programs.command(
                "pg_dump", "--format=custom", "--compress=5", "--no-owner", "--no-privileges",
                "--lock-wait-timeout=60s", f"--exclude-schema={BEFORE}*", f"--snapshot={exported}",
                f"--file={target}", *words,
            )  # fmt: skip
            _run(command, environment)
            counts, migrations = counts_of(rows_of, columns), migrations_of(rows_of, columns)
    finally:
        own.close()
    _list(programs, target)
    about = {"engine": NAME, "server": version, "client": str(programs.major)}
    yield Snapshot(target, counts, migrations, files, missing, about)


def check_dump(path: Path, tables: dict[str, int]) -> None:
    """See that the dump can be read; its rows are counted where it is put back. Raises RestoreRefused."""
    try:
        _list(client(_server_major()), path)
    except DomainError as error:
        raise RestoreRefused(error.message) from error


def others() -> list[str]:
    """Who else is connected to the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, application_name, client_addr FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return [" ".join(str(part) for part in row if part) for row in cursor.fetchall()]


def put_back(dump: Path, stamp: str, tables: dict[str, int], *, keep: bool) -> str:
    """Let the dump be the database, in one transaction. With `keep` the former tables stay, in the schema returned.

    Raises RestoreRefused, also where other counts come out than `tables`; then nothing has changed.
    """
    programs = client(_server_major())
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        present = [row[0] for row in cursor.fetchall()]
    connection.close()
    former = f"{BEFORE}{stamp}"
    begin = [
        f"SET lock_timeout = '{_PATIENCE}';",
        "SET statement_timeout = 0;",
        "BEGIN;",
        f'CREATE SCHEMA "{former}";',
        *(f'ALTER TABLE public."{table}" SET SCHEMA "{former}";' for table in present),
        "",
    ]
    end = [
        *(
            f'DO $$ BEGIN IF (SELECT count(*) FROM public."{table}") <> {int(count)} '  # noqa: S608  # names and numbers
            f"THEN RAISE EXCEPTION '{table}: other rows than the manifest says'; END IF; END $$;"
            for table, count in tables.items()
        ),
        *([] if keep and present else [f'DROP SCHEMA "{former}" CASCADE;']),
        "COMMIT;",
        "",
    ]
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
            into.write("\n".join(begin).encode())
            shutil.copyfileobj(cast("IO[bytes]", source.stdout), into)
            # Without these words all of it is as if it had never been.
            if source.wait() == 0:
                into.write("\n".join(end).encode())
            into.close()
        except BrokenPipeError:
            source.kill()
        said = told.read().decode(errors="replace")
    if source.returncode or sink.returncode:
        # The first line names the fault; rows stand only in what follows.
        raise RestoreRefused(f"数据库没有改动：恢复时出错（{said.splitlines()[0][:200] if said else 'pg_restore'}）。")
    return former if keep and present else ""


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
