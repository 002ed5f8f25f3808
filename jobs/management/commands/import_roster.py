"""`manage.py import_roster`: check a roster file and write it, from a script or a shell."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from accounts.actors import system_actor
from core.clock import today
from core.commands import HouseCommand
from core.errors import DomainError
from core.importlog import ImportLog, Level
from core.importplan import ChangeKind
from jobs.enums import ImportKind
from jobs.importers import ImportOptions
from jobs.imports import check_roster, import_roster
from jobs.previews import ImportReport
from schools.queries import find_school


class Command(HouseCommand):
    help = "Import a roster workbook of one school. Exit code 0 when clean, 1 when refused; then nothing was written."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE --school CODE --kind KIND [--create-classes] [--take-hidden] [--accept KEY]… [--dry-run] [--json]."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--school", required=True, metavar="CODE")
        parser.add_argument("--kind", required=True, choices=ImportKind.values)
        parser.add_argument("--create-classes", action="store_true", help="create classes that are missing")
        parser.add_argument("--take-hidden", action="store_true", help="read hidden sheets and rows too")
        parser.add_argument(
            "--accept",
            action="append",
            default=[],
            metavar="KEY",
            help="say yes to a question, by its key, or to 'all'",
        )
        parser.add_argument("--dry-run", action="store_true", help="tell what would happen, write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the import into the school's current year."""
        try:
            report = self._run(options)
        except DomainError as refusal:
            log = ImportLog()
            log.error(refusal.code, refusal.message)
            report = ImportReport(rows=0, unchanged=0, changes=(), log=log)
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        else:
            self._print(report, dry_run=options["dry_run"])
        if report.log.has_errors:
            # The report itself is complete; the exit code is all that is left to say.
            raise SystemExit(1)

    def _run(self, options: dict[str, Any]) -> ImportReport:
        school = find_school(options["school"])
        if school is None:
            raise DomainError("no_school", f"没有代码为“{options['school']}”的学校，请检查 --school。")
        actor = system_actor(school_id=school.pk, today=today(), name="命令行")
        path: Path = options["file"]
        try:
            data = path.read_bytes()
        except OSError:
            raise DomainError("no_file", f"打不开文件“{path.name}”，请检查路径。") from None
        run = check_roster if options["dry_run"] else import_roster
        return run(
            actor=actor,
            year=actor.calendar.this_year(),
            kind=ImportKind(options["kind"]),
            data=data,
            file_name=path.name,
            options=ImportOptions(create_classes=options["create_classes"], take_hidden=options["take_hidden"]),
            accepted=options["accept"],
        )

    def _print(self, report: ImportReport, *, dry_run: bool) -> None:
        labels = {Level.ERROR: "错误", Level.WARNING: "提醒", Level.INFO: "说明"}
        for found in report.log.folded():
            first = found.first
            place = " ".join(
                filter(None, (first.sheet, f"第 {found.rows_text} 行" if found.rows else "", first.column))
            )
            values = f"（{'、'.join(found.values)}）" if found.values else ""
            line = f"{place}：{first.message}" if place else first.message
            self.stdout.write(f"[{labels[first.level]}] {line}{values}")
        for choice in report.choices:
            self.stdout.write(f"[{choice.group.title}] {choice.label}（--accept {choice.key}，或在导入页面打勾）")
        counts = (
            f"共 {report.rows} 行：新增 {report.count(ChangeKind.NEW)}，变动 {report.count(ChangeKind.CHANGED)}，"
            f"未变 {report.unchanged}，名册中没有的 {report.count(ChangeKind.GONE)}。"
        )
        ending = "已导入。" if report.written else "这是试运行，没有写入。" if dry_run else "有错误，没有写入。"
        self.stdout.write(counts + ending)
