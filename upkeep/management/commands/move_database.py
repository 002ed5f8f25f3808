"""`manage.py move_database FILE`: from the SQLite of a trial to the database that DATABASE_URL names."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError

from core.commands import HouseCommand
from core.errors import DomainError
from upkeep.services.moving import move_database, opened


class Command(HouseCommand):
    """Stable interface, see the README."""

    makes_tables = True
    help = "Copy all rows of the SQLite database FILE into the configured, empty database. Stop the server before."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy, and say how much it was. Exit 1, and nothing copied, where it cannot be done."""
        try:
            with opened(Path(options["file"])) as source:
                moved = move_database(source)
        except DomainError as error:
            raise CommandError(error.message) from error
        except DatabaseError as error:
            raise CommandError(f"没有搬成，目标数据库没有变：{error}") from error
        self.stdout.write(f"已搬 {sum(moved.values())} 行，{sum(map(bool, moved.values()))} 张表。")
        self.stdout.write(
            "文件和密钥不在数据库里：VAR_DIR 要么不变，要么把其中的 files 和 *_keys、secret_key 一起搬过去。"
        )
