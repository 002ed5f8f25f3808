"""`manage.py create_school`: a school with its year, two terms and plan."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.clock import today
from core.commands import HouseCommand
from core.errors import DomainError
from schools.enums import GradeNaming, Preset, SchoolSystem
from schools.grades import HOW_TO_WRITE_GRADES, grades_written
from schools.services import create_school


class Command(HouseCommand):
    """Stable interface, see the README."""

    makes_tables = True
    help = "Create a school with its current year, two terms, and a plan copied from a preset."

    def add_arguments(self, parser: CommandParser) -> None:
        """The options of the command."""
        parser.add_argument("--code", required=True, help="short unique code, e.g. qingzhu")
        parser.add_argument("--name", required=True, help="name of the school")
        parser.add_argument("--preset", required=True, choices=Preset.values)
        parser.add_argument("--year", required=True, type=int, help="2026 is the year from September 2026")
        parser.add_argument("--grades", default="", help="1-9 or 1-5,7-9, from primary one on; else the preset's")
        parser.add_argument("--system", default=SchoolSystem.SIX_THREE, choices=SchoolSystem.values)
        parser.add_argument("--naming", choices=GradeNaming.values, help="how grades are called; else the preset's")
        parser.add_argument("--bureau", default="", help="name of its education bureau, made where it is new")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create it, or say why not (exit 1)."""
        grades = grades_written(options["grades"]) if options["grades"] else None
        if options["grades"] and grades is None:
            raise CommandError(f"看不懂年级“{options['grades']}”，{HOW_TO_WRITE_GRADES}")
        try:
            school, year = create_school(
                code=options["code"],
                name=options["name"],
                preset=Preset(options["preset"]),
                start_year=options["year"],
                grades=grades,
                system=SchoolSystem(options["system"]),
                naming=GradeNaming(options["naming"]) if options["naming"] else None,
                bureau_name=options["bureau"],
                began_on=today(),
            )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{school.name}（{school.code}） {year}")
