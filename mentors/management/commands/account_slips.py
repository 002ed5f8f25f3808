"""`manage.py account_slips --school CODE [--only new] -o FILE.pdf`: the account slips 账号条 of a school's staff."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from accounts.actors import system_actor
from core.clock import today
from core.commands import HouseCommand
from core.errors import DomainError
from mentors.staff.printing import make_account_slips
from mentors.staff.queries.accounts import NEW, other_accounts, teachers_for_slips
from schools.queries import find_school


class Command(HouseCommand):
    help = "Print new account slips as a PDF; former slips of the same people are dead. Exit 1 if there is nobody."

    def add_arguments(self, parser: CommandParser) -> None:
        """School, whose slips, file."""
        parser.add_argument("--school", required=True, metavar="CODE")
        parser.add_argument("--only", choices=[NEW], default="", help="only those who have never signed in")
        parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE.pdf")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file; where that fails, no former slip dies."""
        school = find_school(options["school"])
        if school is None:
            raise CommandError(f"没有代码为“{options['school']}”的学校。")
        actor = system_actor(school_id=school.pk, today=today())
        teachers = teachers_for_slips(actor, state=options["only"])
        users = other_accounts(actor, only_new=options["only"] == NEW)
        try:
            options["output"].write_bytes(make_account_slips(actor=actor, teachers=teachers, users=users))
        except DomainError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"不能写入文件：{error.strerror}") from error
        self.stdout.write(
            f"{options['output']}：{len(teachers) + len(users)} 张账号条，{settings.FIRST_PASSWORD_DAYS} 天内有效"
        )
