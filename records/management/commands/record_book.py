"""`manage.py record_book --school CODE --mentor NAME_OR_NUMBER -o FILE.pdf`: one mentor's 导师记录本."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.actors import system_actor
from core.clock import today
from core.commands import HouseCommand
from core.errors import DomainError
from records.papers.documents.record_book import render_record_book
from records.papers.queries.books import record_book_context
from records.queries.lookups import mentor_named, school_coded


class Command(HouseCommand):
    help = "Write a mentor's record book of the current year as a PDF. Exit 1 if nobody or several are meant."

    def add_arguments(self, parser: CommandParser) -> None:
        """School, mentor (a name, a name of a shared slot, or a teacher's number), file."""
        parser.add_argument("--school", required=True, metavar="CODE")
        parser.add_argument("--mentor", required=True, metavar="NAME_OR_NUMBER")
        parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE.pdf")
        parser.add_argument("--full-phones", action="store_true", help="print telephone numbers unmasked")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file."""
        try:
            school = school_coded(options["school"])
            actor = system_actor(school_id=school.pk, today=today())
            mentor = mentor_named(actor, options["mentor"])
            book = record_book_context(mentor, mentor.year, mask_phones=not options["full_phones"], actor=actor)
            options["output"].write_bytes(render_record_book(book))
        except DomainError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"不能写入文件：{error.strerror}") from error
        self.stdout.write(f"{options['output']}：{'/'.join(book.mentors)}，{len(book.pupils)} 名学生")
