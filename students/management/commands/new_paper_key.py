"""`manage.py new_paper_key`: a new key for printed codes, where the former one was lost or became known."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.commands import HouseCommand
from core.keyring import PAPER
from students.queries import slips_without_key


class Command(HouseCommand):
    """Stable interface, see the README."""

    help = "Use a new key for the codes of slips printed from now on. Former keys stay, and so do their slips."

    def add_arguments(self, parser: CommandParser) -> None:
        """None but the question."""
        parser.add_argument("--yes", action="store_true", help="do it without asking")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, and say how many slips have to be printed anew."""
        if PAPER.is_set:
            raise CommandError("密钥来自环境变量 PAPER_KEYS：请把新密钥写在最前面，旧的留在后面。")
        if not options["yes"] and input("以后打印的凭条换用新密钥，确定吗？(yes/no) ").strip().lower() != "yes":
            raise CommandError("没有改动。")
        PAPER.renew()
        self.stdout.write(f"已换用新密钥。有 {slips_without_key()} 张凭条的旧密钥已经找不到，请“换发”后重新打印。")
