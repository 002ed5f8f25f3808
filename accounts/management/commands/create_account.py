"""`manage.py create_account`: the first account of a school or bureau, with a password that is printed once."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from accounts.actors import system_actor
from accounts.enums import Role
from accounts.services import create_user, grant_role, issue_password
from core.clock import today
from core.commands import HouseCommand
from core.errors import DomainError
from core.text import clean_key
from schools.models import Bureau
from schools.queries import find_school


class Command(HouseCommand):
    """Stable interface, see the README."""

    help = "Create an account with one role and print its first password, which must be changed at the first sign-in."

    def add_arguments(self, parser: CommandParser) -> None:
        """The options of the command."""
        parser.add_argument("--username", required=True)
        parser.add_argument("--name", required=True, help="name of the person")
        parser.add_argument("--role", default=Role.SCHOOL_ADMIN, choices=[r for r in Role.values if r != Role.HOMEROOM])
        parser.add_argument("--school", default="", help="code of the school")
        parser.add_argument("--bureau", default="", help="name of the bureau, for --role bureau")
        parser.add_argument("--email", default="")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Create it, or say why not (exit 1)."""
        role = Role(options["role"])
        school = find_school(options["school"])
        bureau = Bureau.objects.filter(name__iexact=clean_key(options["bureau"])).first()
        if role == Role.BUREAU and bureau is None:
            raise CommandError(f"没有名为“{options['bureau']}”的教育局。")
        if role != Role.BUREAU and school is None:
            raise CommandError(f"没有代码为“{options['school']}”的学校。")
        if role == Role.BUREAU:
            school = None
        actor = system_actor(school_id=school.pk if school else None, today=today())
        try:
            user = create_user(
                actor=actor,
                username=options["username"],
                name=options["name"],
                school=school,
                email=options["email"],
            )
            grant_role(actor=actor, user=user, role=role, school=school, bureau=None if school else bureau)
            password = issue_password(actor=actor, user=user)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{user.username} {password}")
