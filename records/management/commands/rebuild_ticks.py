"""`manage.py rebuild_ticks`: the ticks from the records, with a report of every difference."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import QuerySet

from core.clock import today
from core.commands import HouseCommand
from core.text import typed_key
from mentors.services.assignments import recount_loads
from records.bureau.services.counting import differences_of, recount, stale_schools
from records.services.ticks import rebuild_ticks
from schools.models import Bureau, SchoolYear


class Command(HouseCommand):
    """Stable interface, see the README."""

    help = (
        "Rebuild all ticks, the mentors' loads and the bureaus' figures of the current years; "
        "--check only reports, exit 1 on differences."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The options of the command."""
        parser.add_argument("--check", action="store_true", help="change nothing")
        parser.add_argument("--school", default="", help="code of one school; default all")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per difference (keys only), then the counts."""
        years = SchoolYear.objects.current().select_related("school").order_by("school__code")
        if options["school"]:
            years = years.filter(school__code=typed_key(options["school"]))
            if not years:
                raise CommandError(f"没有代码为“{options['school']}”的学校，或它没有当前学年。")
        found = 0
        for year in years:
            differences = rebuild_ticks(year=year, on=today(), check=options["check"])
            loads = recount_loads(year=year, check=options["check"])
            for d in differences:
                self.stdout.write(
                    f"{year.school.code} pupil={d.pupil_id} period={d.period_id} {d.action}: "
                    f"{d.stored.state if d.stored else '-'} -> {d.expected.state if d.expected else '-'}"
                )
            for mentor_id in loads:
                self.stdout.write(f"{year.school.code} mentor={mentor_id}: load differs")
            found += len(differences) + len(loads)
        found += self._figures(years, check=options["check"])
        self.stdout.write(f"{found} differences{' (nothing changed)' if options['check'] else ''}")
        if options["check"] and found:
            raise SystemExit(1)

    def _figures(self, years: QuerySet[SchoolYear], *, check: bool) -> int:
        """The bureaus' kept counts, which follow from the ticks."""
        found = 0
        for bureau in Bureau._default_manager.order_by("pk"):
            own = [year for year in years if year.school.bureau_id == bureau.pk]
            if not own:
                continue
            waiting = set(stale_schools(bureau).values_list("pk", flat=True))
            code_of = {year.school_id: year.school.code for year in own}
            differences = (
                [one for year in own for one in differences_of(year, today())]
                if check
                else recount(bureau=bureau, years=own, today=today())
            )
            # What the next minute counts anyhow is no difference.
            differences = [one for one in differences if one.school_id not in waiting]
            for one in differences:
                self.stdout.write(f"{code_of[one.school_id]} figure {one.what}: {one.stored} -> {one.expected}")
            found += len(differences)
        return found
