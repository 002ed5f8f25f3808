"""`manage.py remind`: the digests of one day, sent or only listed."""

import datetime
import json
from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import CommandError, CommandParser

from core.commands import HouseCommand
from core.nightly import SomeFailed, each_done
from records.reminding.contexts import Digest
from records.reminding.queries.digests import plan_digests
from records.reminding.services.sending import REMIND, send_digests
from schools.days import present_days
from schools.models import School


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"日期“{text}”不对，请写成 2026-09-03 这样。") from error


def as_dict(digest: Digest) -> dict[str, Any]:
    """A digest as JSON: accounts and counts, no pupils."""
    return {
        "school": digest.school.code,
        "account": digest.user.username,
        "count": digest.count,
        "items": [
            {
                "action": item.due.what.action,
                "open": item.open_count,
                "due_on": item.due.what.window.due_on.isoformat(),
                "sentence": item.sentence,
            }
            for item in digest.items
        ],
    } | ({"referrals": len(digest.referrals)} if digest.referrals else {})


class Command(HouseCommand):
    """Stable interface, see the README."""

    help = "Send the reminders of a day (one digest per person); --dry-run lists who would get what."

    def add_arguments(self, parser: CommandParser) -> None:
        """The options of the command."""
        parser.add_argument("--on", required=True, type=_day, metavar="YYYY-MM-DD")
        parser.add_argument("--dry-run", action="store_true", help="send nothing, list who would get what")
        parser.add_argument("--json", action="store_true", dest="as_json", help="one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """List or send; the last line counts. Exit 1 where somebody could not be told; the others were."""
        schools = School.objects.order_by("code")
        on = options["on"]
        days = present_days()
        if days is not None and (problem := days.problem(on)):
            raise CommandError(problem)
        digests: list[Digest] = []
        failed = False
        try:
            if options["dry_run"]:
                planned = each_done(REMIND, schools, lambda school: plan_digests(school, on=on))
                digests.extend(digest for _school, found in planned for digest in found)
            else:
                digests.extend(send_digests(on=on, schools=schools))
        except SomeFailed:
            failed = True
        if options["as_json"]:
            result = {
                "on": on.isoformat(),
                "sent": not options["dry_run"],
                "digests": [as_dict(d) for d in digests],
            }
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            for digest in digests:
                sentences = "；".join(item.sentence for item in digest.items)
                self.stdout.write(f"{digest.school.code} {digest.user.username}：{sentences}")
            self.stdout.write(f"{len(digests)} 份提醒{'（未发送）' if options['dry_run'] else ''}")
        if failed:
            raise CommandError("有人没有提醒到，原因见日志。再运行一次只提醒这些人。")
