"""`manage.py restore FILE [--replace]`: a backup put back; `--check` only reads it."""

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from core.errors import DomainError
from upkeep.archive import is_encrypted
from upkeep.services.passphrases import passphrase_to_open
from upkeep.services.restoring import restore, verify, words


class Command(BaseCommand):
    """Stable interface, see the README. Wants no tables: it makes them."""

    help = (
        "Verify the backup FILE and put it back: database, files and, where it is encrypted, keys. Refuses a database "
        "that holds something unless --replace is given, and a backup of a newer version; an older one is migrated."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Never a passphrase."""
        parser.add_argument("file", metavar="FILE")
        parser.add_argument("--replace", action="store_true", help="in the place of what is there, which is kept aside")
        parser.add_argument("--check", action="store_true", help="only read it from end to end; change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Put it back, then say whether the ticks agree with the records, and which keys are missing. Exit 1 if not."""
        path = Path(options["file"])
        try:
            passphrase = passphrase_to_open() if is_encrypted(path) else ""
            if options["check"]:
                manifest = verify(path, passphrase)
                rows = sum(manifest["tables"].values())
                self.stdout.write(
                    f"这份备份是完整的：{manifest['made_at'][:16]}，{rows} 行数据，{len(manifest['members'])} 个成员。"
                )
                return
            done = restore(path=path, passphrase=passphrase, replace=options["replace"])
        except DomainError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"读写文件出错：{error.strerror}（{error.filename or path}）。") from error
        except DatabaseError as error:
            raise CommandError("数据库连不上，请检查 DATABASE_URL。") from error
        for line in words(done):
            self.stdout.write(line)
        self.stdout.write("检查完成情况（rebuild_ticks --check）：")
        call_command("check", databases=["default"], stderr=self.stderr, stdout=self.stdout)
        call_command("rebuild_ticks", check=True, stdout=self.stdout)
