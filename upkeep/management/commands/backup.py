"""`manage.py backup FILE [--encrypt]`, `manage.py backup --nightly`: everything that a machine holds, in one file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from core.errors import DomainError
from upkeep.services.backing_up import Made, make_backup, printable
from upkeep.services.nightly import back_up_nightly
from upkeep.services.passphrases import passphrase_to_seal


class Command(BaseCommand):
    """Stable interface, see the README. Works on a database that is still to be migrated, too: before an upgrade."""

    help = (
        "Write database and files into FILE, verified; with --encrypt under a passphrase (from BACKUP_PASSPHRASE_FILE, "
        "BACKUP_PASSPHRASE, or asked for) and with the keys. --nightly: today's backup in BACKUP_DIR, once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Never a passphrase."""
        parser.add_argument("file", nargs="?", default="", metavar="FILE")
        parser.add_argument("--encrypt", action="store_true", help="under a passphrase, with the keys")
        parser.add_argument("--nightly", action="store_true", help="into BACKUP_DIR, unless today has one; old ones go")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and say what is in it, and what is not."""
        if bool(options["file"]) == options["nightly"]:
            raise CommandError("请写一个文件名，或者 --nightly。")
        try:
            if options["nightly"]:
                night = back_up_nightly()
                if night.made is None:
                    self.stdout.write("今天已经备份过了。")
                    return
                made = night.made
                self.stdout.write("".join(f"删除了过期的备份：{path.name}\n" for path in night.removed), ending="")
            else:
                passphrase = passphrase_to_seal(ask=True) if options["encrypt"] else ""
                made = make_backup(target=Path(options["file"]), passphrase=passphrase)
        except DomainError as error:
            raise CommandError(error.message) from error
        except DatabaseError as error:
            raise CommandError("数据库连不上，请检查 DATABASE_URL。") from error
        self._report(made)

    def _report(self, made: Made) -> None:
        rows = sum(made.manifest["tables"].values())
        self.stdout.write(
            f"已备份并读回核对：{printable(made.path)}（{made.size / 1e6:.1f} MB，{rows} 行数据、{made.files} 个文件，"
            f"{made.seconds:.1f} 秒）"
        )
        if made.missing:
            self.stdout.write(
                f"有 {made.missing} 个文件数据库里有记录、磁盘上却没有（名单在备份的 manifest.json 里）。"
            )
        if not made.manifest["keys"]["included"]:
            names = "、".join(made.manifest["keys"]["names"])
            self.stdout.write(
                f"没有加密，所以不含密钥（{names}）。密钥丢了，印好的凭条和群机器人的地址就打不开："
                "请把 VAR_DIR 里这几个文件（或对应的环境变量）另外保存一份，或者改用 --encrypt。"
            )
