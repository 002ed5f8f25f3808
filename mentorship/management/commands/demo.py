"""`manage.py demo`: three invented schools with half a term's work, and one account of each role."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.urls import reverse

from accounts.actors import system_actor
from accounts.models import User
from accounts.services import change_own_password, new_password
from core.clock import today
from core.commands import HouseCommand
from core.errors import DomainError
from mentorship.demo.build import ACCOUNTS, build_demo, choosing_slip, demo_exists, demo_slip
from mentorship.demo.removal import remove_demo
from students.services import slip_code


def _password() -> str:
    """`$DEMO_PASSWORD`, or the one made on the first run and kept in `var/`, readable by its owner alone."""
    given = os.environ.get("DEMO_PASSWORD")
    if given:
        return given
    kept = settings.VAR_DIR / "demo_password"
    if not kept.exists():
        kept.touch(mode=0o600)
        kept.write_text(new_password() + "\n", encoding="utf-8")
    return str(kept.read_text(encoding="utf-8").strip())


class Command(HouseCommand):
    """Stable interface, see the README. The password is `$DEMO_PASSWORD`, or made and printed."""

    makes_tables = True
    help = "Build the demo schools (once), set the password of the demo accounts, and print how to sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        """The options of the command."""
        parser.add_argument("--remove", action="store_true", help="take the demo out again, with all that is its own")

    def handle(self, *args: Any, **options: Any) -> None:
        """Build on the first run; later runs only set and print the password again. Or take it out (exit 1: not)."""
        if options["remove"]:
            self._remove()
            return
        password = _password()
        names = [account.username for account in ACCOUNTS]
        if demo_exists():
            for user in User.objects.filter(username__in=names):
                if not user.check_password(password):
                    actor = system_actor(school_id=user.school_id, today=today())
                    change_own_password(actor=actor, user=user, password=password)
        else:
            build_demo(today=today(), password=password)
        # Whoever asks for it wants it at the next start, too.
        (settings.VAR_DIR / "without_demo").unlink(missing_ok=True)
        self.stdout.write("演示账号：")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.username:<20}{account.label}")
        self.stdout.write(f"密码：{password}")
        for label, found in (("家长凭条", demo_slip()), ("选导师凭条", choosing_slip())):
            if found is not None:
                slip, tail = found
                path = reverse("family:slip", kwargs={"key": slip.key})
                self.stdout.write(f"{label}：{settings.SITE_URL}{path}  凭条码 {slip_code(slip)}  手机后四位 {tail}")

    def _remove(self) -> None:
        if not demo_exists():
            raise CommandError("这里没有演示学校。")
        try:
            count = remove_demo()
        except DomainError as error:
            raise CommandError(error.message) from error
        (settings.VAR_DIR / "demo_password").unlink(missing_ok=True)
        # The next start of `script/server` does not bring it back.
        (settings.VAR_DIR / "without_demo").touch()
        self.stdout.write(f"演示学校已取出，删除了 {count} 行。")
