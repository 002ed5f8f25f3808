"""`manage.py sign_letters`: signatures for letters that have none, so that nearly equal ones are found."""

from typing import Any

from django.core.management.base import CommandParser

from core.commands import HouseCommand
from records.letters.services.likeness import sign_letters


class Command(HouseCommand):
    """Letters sign themselves when they are saved; this is for those written before, or after a new way of signing."""

    help = "Sign the letters that have no signature yet; --all signs every letter anew."

    def add_arguments(self, parser: CommandParser) -> None:
        """The options of the command."""
        parser.add_argument("--all", action="store_true", help="sign every letter anew")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line: how many signatures changed."""
        self.stdout.write(f"{sign_letters(anew=options['all'])} letters signed")
