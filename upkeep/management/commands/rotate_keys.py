"""`manage.py rotate_keys sealing|paper|secret`: a new key, where one became known or as a custom."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.commands import HouseCommand
from core.errors import DomainError
from upkeep.services.keys import rotate_paper, rotate_sealing, rotate_secret


class Command(HouseCommand):
    """Stable interface, see the README."""

    help = (
        "Use a new key: `sealing` seals the addresses of robots anew, `paper` is for slips printed from now on, "
        "`secret` ends all sessions and mailed links."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which one, and whether former ones go."""
        parser.add_argument("which", choices=["sealing", "paper", "secret"])
        parser.add_argument("--forget-former", action="store_true", help="sealing: drop the keys that nothing needs")

    def handle(self, *args: Any, **options: Any) -> None:
        """Change it and say what follows."""
        if options["forget_former"] and options["which"] != "sealing":
            raise CommandError("--forget-former 只用于 sealing：印好的凭条离不开旧密钥。")
        try:
            self.stdout.write(self._done(options["which"], forget_former=options["forget_former"]))
        except DomainError as error:
            raise CommandError(error.message) from error

    def _done(self, which: str, *, forget_former: bool) -> str:
        if which == "paper":
            return f"以后打印的凭条换用新密钥。有 {rotate_paper()} 张凭条的旧密钥已经找不到，请“换发”后重新打印。"
        if which == "secret":
            return (
                f"已换用新密钥。请重新启动网页和后台进程；然后所有人重新登录，邮件里还没用过的链接作废，"
                f"{rotate_secret()} 张还没用过的账号条要重新打印。"
            )
        done = rotate_sealing(forget_former=forget_former)
        said = f"已换用新密钥，{done.texts} 个群机器人地址重新加密。"
        if done.broken:
            return f"{said}有 {done.broken} 个用现有的密钥都打不开，旧密钥都留着：请找回备份的密钥，或重新填写。"
        dropped = f"删除了 {done.former} 个旧密钥；" if done.former else ""
        return f"{said}{dropped}更早的备份里的地址要用旧密钥才打得开（加密的备份自己带着）。"
