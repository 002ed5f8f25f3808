"""`manage.py opening_code`: the address and the code with which the first account and the first school are made."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.urls import reverse

from accounts.services import new_opening_code
from core.commands import HouseCommand
from core.errors import DomainError


class Command(HouseCommand):
    """Stable interface, see the README."""

    makes_tables = True
    help = "Print a new opening code; it works once, in the browser, as long as there is no account."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it, or say why there is none (exit 1)."""
        try:
            code = new_opening_code()
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"开通：{settings.SITE_URL}{reverse('start')}?code={code}")
        typed = "-".join((code[:4], code[4:8], code[8:]))
        self.stdout.write(f"开通码：{typed}（只能用一次；运行 manage.py opening_code 可以再要一个）")
