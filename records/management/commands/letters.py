"""`manage.py letters --school CODE --term T [--class C] -o FILE.pdf`: the finished 成长寄语 in handing-out order."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.actors import system_actor
from core.clock import today
from core.commands import HouseCommand
from core.errors import DomainError
from records.papers.documents.growth_letter import render_letters
from records.papers.queries.letters import letter_contexts
from records.papers.queries.print_lists import letters_for_print
from records.queries.lookups import class_labelled, school_coded, term_named


class Command(HouseCommand):
    help = "Write a term's handed-in and released letters as one PDF. Exit 1 if there is none."

    def add_arguments(self, parser: CommandParser) -> None:
        """School, term (1, 2, or 2026-1), class in any spelling, file."""
        parser.add_argument("--school", required=True, metavar="CODE")
        parser.add_argument("--term", required=True, metavar="T", help="1, 2, or with its year: 2026-1")
        parser.add_argument("--class", dest="class_label", metavar="C", help="for example 一<1> or 五（6）班")
        parser.add_argument("-o", "--output", required=True, type=Path, metavar="FILE.pdf")
        parser.add_argument("--two-up", action="store_true", help="two A5 pages on a landscape A4 sheet")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file."""
        try:
            school = school_coded(options["school"])
            actor = system_actor(school_id=school.pk, today=today())
            term = term_named(actor, options["term"])
            label = options["class_label"]
            school_class = class_labelled(actor, school, term.year, label) if label else None
            letters = letters_for_print(actor, term, school_class=school_class)
            if not letters:
                place = school_class.label if school_class is not None else school.name
                raise CommandError(f"{place}{term}还没有已交的寄语。")
            pdf = render_letters(letter_contexts(letters, on=actor.today), two_up=options["two_up"])
            options["output"].write_bytes(pdf)
        except DomainError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            raise CommandError(f"不能写入文件：{error.strerror}") from error
        self.stdout.write(f"{options['output']}：{len(letters)} 封寄语")
