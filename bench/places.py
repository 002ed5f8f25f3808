"""Invented schools where a benchmark reads them: built by `bench/city.py` where they are not there yet, and kept.

A shape is how many schools, pupils of each, and years; the name of a database or file says it, so that none is taken
for another.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TypeAlias

from setting import ROOT

HERE = Path(__file__).resolve().parent
Shape: TypeAlias = tuple[int, int, int]


def databases(shapes: dict[str, Shape], server: str) -> dict[str, str]:
    """The address of each, built where it is not there; a name says the shape, so that none is taken for another."""
    import psycopg  # noqa: PLC0415 - only here

    names = {key: f"{key}_" + "_".join(map(str, shape)) for key, shape in shapes.items()}
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        there = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        for key, name in names.items():
            if name in there:
                _migrate(f"{server}/{name}")
            else:
                # Whole or not there at all.
                connection.execute(f"DROP DATABASE IF EXISTS {name}_begun")
                connection.execute(f"CREATE DATABASE {name}_begun")
                _build(f"{server}/{name}_begun", shapes[key])
                connection.execute(f"ALTER DATABASE {name}_begun RENAME TO {name}")
    return {key: f"{server}/{name}" for key, name in names.items()}


def files(shapes: dict[str, Shape], folder: Path) -> dict[str, str]:
    """The same on SQLite."""
    places = {}
    for key, shape in shapes.items():
        path = folder / ("_".join(map(str, (key, *shape))) + ".sqlite3")
        if path.exists():
            _migrate(f"sqlite:///{path}")
        else:
            begun = path.with_suffix(".begun")
            begun.unlink(missing_ok=True)
            _build(f"sqlite:///{begun}", shape)
            forget(begun)
            begun.rename(path)
        places[key] = f"sqlite:///{path}"
    return places


def _build(url: str, shape: Shape) -> None:
    words = [word for pair in zip(("--schools", "--pupils", "--years"), map(str, shape), strict=True) for word in pair]
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, HERE / "city.py", *words],
        check=True, env=os.environ | {"DATABASE_URL": url}, cwd=ROOT, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    print(f"{url.rpartition('/')[2]}: built in {time.perf_counter() - began:.0f} s", flush=True)


def _migrate(url: str) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-") as var:
        subprocess.run(
            [sys.executable, ROOT / "manage.py", "migrate", "--verbosity", "0", "--skip-checks"],
            check=True, env=os.environ | {"DATABASE_URL": url, "VAR_DIR": var}, cwd=ROOT,
        )  # fmt: skip


def analyse(url: str) -> int:
    """Bring PostgreSQL's statistics up to date, as autovacuum does; gives the number of rows."""
    import psycopg  # noqa: PLC0415 - only here

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        row = connection.execute("SELECT sum(reltuples)::bigint FROM pg_class WHERE relkind = 'r'").fetchone()
        assert row is not None
        return int(row[0])


def forget(path: Path) -> None:
    """The database as if it had never been analysed, and in one file."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'").fetchall():
        connection.execute(f"DROP TABLE {table}")
    connection.commit()
    connection.close()
    assert statistics_of(path) == 0


def statistics_of(path: Path) -> int:
    """Rows of statistics that the file holds."""
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("SELECT count(*) FROM sqlite_stat1").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
