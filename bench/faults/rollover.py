"""The year's roll-over of a large school cut off by kill -9, and a term's last midnight while people save.

    python bench/faults/rollover.py [--pupils N] [--only sqlite|postgresql]

An invented school (`bench/city.py`). A process of its own rolls it over; it is killed without a word before six of its
statements, from the first tenth to the last, and each time every table must have the rows it had and the year be as it
was; then it runs to its end. After that a term's last midnight: twenty seconds around it four threads log talks while
the tasks of the night run, each of them twice at once; every talk that was acknowledged is there once, nobody is told
twice, and `rebuild_ticks --check` agrees.
"""

import argparse
import contextlib
import datetime
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from figures import Figure, note  # noqa: E402  # of the folder above
from postgres import own_server  # noqa: E402  # as above
from setting import set_up  # noqa: E402  # as above

PARTS = (0.1, 0.3, 0.5, 0.7, 0.85, 0.95)
THREADS = 4
AROUND = 10.0
SAID = "聊了聊假期。"


def roll(dies_at: int = 0) -> int:
    """In a process of its own, which dies without a word before its statement `dies_at`. The number of statements."""
    from city import NOW  # noqa: PLC0415 - Django is set up only now
    from django.db import connection  # noqa: PLC0415 - as above

    from accounts.actors import system_actor  # noqa: PLC0415 - as above
    from mentors.year.services.draft import CarryOn, draw_rollover  # noqa: PLC0415 - as above
    from mentors.year.services.rollover import RollOverChoices, roll_over  # noqa: PLC0415 - as above
    from schools.models import Grade, SchoolYear  # noqa: PLC0415 - as above
    from schools.official import usual_dates  # noqa: PLC0415 - as above

    with mock.patch("django.utils.timezone.now", return_value=NOW.replace(month=7, day=10)):
        year = SchoolYear.objects.current().select_related("school").get()
        actor = system_actor(school_id=year.school_id, today=datetime.date(2027, 7, 10))
        grades = dict.fromkeys(Grade.objects.values_list("pk", flat=True), CarryOn.PUPILS)
        choices = RollOverChoices(dates=usual_dates(year.start_year + 1), grades=grades)
        basis = draw_rollover(actor=actor, year=year).basis
        count = 0

        def counted(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal count
            count += 1
            if count == dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(counted):
            done = roll_over(actor=actor, year=year, choices=choices, basis=basis)
        print("DONE", count, done.summary, flush=True)
    return count


def fingerprint() -> dict[str, object]:
    """Rows of every table, and what the years are like."""
    from django.apps import apps  # noqa: PLC0415 - Django is set up only now
    from django.db import connection  # noqa: PLC0415 - as above
    from django.db.models import Sum  # noqa: PLC0415 - as above

    from mentors.models.slots import Assignment, Mentor  # noqa: PLC0415 - as above
    from mentors.year.services.draft import state_of  # noqa: PLC0415 - as above
    from schools.models import SchoolYear  # noqa: PLC0415 - as above

    connection.close()
    found: dict[str, object] = {model._meta.db_table: model._base_manager.count() for model in apps.get_models()}
    found["years"] = [(year.start_year, year.is_current, state_of(year)) for year in SchoolYear.objects.order_by("pk")]
    found["load"] = Mentor.objects.aggregate(sum=Sum("load"))["sum"]
    found["open"] = Assignment.objects.active().count()
    return found


def in_a_process(*words: str) -> "subprocess.CompletedProcess[str]":
    """This script once more."""
    return subprocess.run([sys.executable, __file__, *words], capture_output=True, text=True)


def cut_off(kind: str) -> bool:
    """Kill it again and again, then let it run."""
    before, half_done = fingerprint(), 0
    tried = in_a_process("--roll", "-1").stdout
    statements = int(tried.split("DONE ")[1].split()[0])
    for part in PARTS:
        at = max(1, round(part * statements))
        child = in_a_process("--roll", str(at))
        same = fingerprint() == before and child.returncode == -signal.SIGKILL
        half_done += not same
        words = "nothing done" if same else "HALF DONE"
        print(f"{kind:<11} killed before statement {at} of {statements}: {words}", flush=True)
    began = time.monotonic()
    said = in_a_process("--roll", "0").stdout.strip()
    print(f"{kind:<11} to its end: {time.monotonic() - began:.1f} s, {said}")
    note(Figure(f"{kind}: roll-overs cut off that left something half-done", half_done, "", at_most=0))
    return whole("2027-09-02") and done_as_a_whole() and not half_done


def done_as_a_whole() -> bool:
    """Whether the roll-over is there, with the new year as it was left."""
    from mentors.models.slots import RollOver  # noqa: PLC0415 - Django is set up only now
    from mentors.year.services.draft import state_of  # noqa: PLC0415 - as above

    done = RollOver.objects.select_related("to_year").first()
    return done is not None and done.digest == state_of(done.to_year)


def whole(day: str) -> bool:
    """Whether ticks, loads and figures agree with the records, seen from that day."""
    done = in_a_process("--whole", day)
    lines = done.stdout.strip().splitlines() or [done.stderr[-200:]]
    print(f"{'':<11} rebuild_ticks --check: {lines[-1]}")
    for line in lines[:-1][:5]:
        print(f"{'':<11} {line}")
    return done.returncode == 0


def check_whole(day: str) -> None:
    """In a process of its own. Exits with 1 on any difference."""
    from city import NOW  # noqa: PLC0415 - Django is set up only now
    from django.core.management import call_command  # noqa: PLC0415 - as above

    on = datetime.date.fromisoformat(day)
    with mock.patch("django.utils.timezone.now", return_value=NOW.replace(year=on.year, month=on.month, day=on.day)):
        call_command("rebuild_ticks", check=True)


def midnight(kind: str) -> bool:
    """Talks across a term's last midnight, with the tasks of the night running twice."""
    from celery import current_app  # noqa: PLC0415 - Django is set up only now
    from django.db import connection, connections  # noqa: PLC0415 - as above
    from django.utils import timezone  # noqa: PLC0415 - as above

    from accounts.queries import actor_for  # noqa: PLC0415 - as above
    from core.clock import today  # noqa: PLC0415 - as above
    from mentors.models.slots import Assignment, MentorMember  # noqa: PLC0415 - as above
    from mentorship.celery import app  # noqa: PLC0415 - as above
    from notices.models import Notice  # noqa: PLC0415 - as above
    from records.desk.services.notes import TalkData, log_talk  # noqa: PLC0415 - as above
    from records.models.records import HeartTalk  # noqa: PLC0415 - as above
    from schools.enums import NoteVisibility  # noqa: PLC0415 - as above
    from schools.models import Term  # noqa: PLC0415 - as above

    app.autodiscover_tasks(force=True)
    term = Term.objects.filter(year__is_current=True).select_related("year__school").earliest("starts_on")
    last = datetime.datetime.combine(term.ends_on, datetime.time(23, 59, 59), tzinfo=timezone.get_default_timezone())
    shift = last - datetime.timedelta(seconds=AROUND) - timezone.now()
    real_now, over = timezone.now, threading.Event()
    acknowledged: list[int] = []
    failures: list[str] = []
    pupils = list(
        Assignment.objects.active().main().filter(year=term.year).select_related("pupil", "mentor")[: THREADS * 50]
    )

    members = MentorMember.objects.filter(mentor__in={one.mentor_id for one in pupils}).select_related("teacher__user")
    who = {member.mentor_id: member.teacher.user for member in members if member.teacher.user is not None}
    pupils = [one for one in pupils if one.mentor_id in who]

    def save(number: int) -> None:
        mine, at = pupils[number::THREADS], 0
        while not over.is_set():
            one = mine[at % len(mine)]
            at += 1
            data = TalkData(date=min(today(), term.ends_on), visibility=NoteVisibility.TEAM, text=SAID)
            actor = actor_for(who[one.mentor_id], scope_key=None, on=today())
            try:
                talk = log_talk(actor=actor, pupils=[one.pupil], term=term, data=data, submission=uuid.uuid4())
                acknowledged.append(talk.pk)
            except Exception as error:
                failures.append(f"{type(error).__name__}: {error}"[:120])
            time.sleep(0.05)
        connection.close()

    names = ["records.follow_plans", "records.recount_all", "records.purge", "records.release_due_letters",
             "records.remind", "accounts.forget_tries", "accounts.forget_presses", "jobs.sweep"]  # fmt: skip

    def night() -> None:
        for name in names:
            try:
                current_app.tasks[name]()
            except Exception as error:
                failures.append(f"{name}: {type(error).__name__}: {error}"[:160])
        connections.close_all()

    with mock.patch("django.utils.timezone.now", side_effect=lambda: real_now() + shift):
        began = today()
        savers = [threading.Thread(target=save, args=(number,)) for number in range(THREADS)]
        for thread in savers:
            thread.start()
        time.sleep(AROUND + 1)
        nights = [threading.Thread(target=night) for _ in range(2)]
        for thread in nights:
            thread.start()
        time.sleep(AROUND)
        over.set()
        for thread in (*savers, *nights):
            thread.join()
        ended = today()
    doubled = Notice.objects.count() - Notice.objects.values("recipient", "dedup_key").distinct().count()
    # The night also deletes for good what was deleted long ago, so that rows are looked for by their keys.
    there = HeartTalk.objects.filter(pk__in=acknowledged).count()
    written = HeartTalk.objects.filter(text=SAID).count()
    well = (there, written, doubled, failures) == (len(acknowledged), len(acknowledged), 0, [])
    words = f"{len(acknowledged)} talks acknowledged, {there} there, {written} written, {doubled} told twice"
    print(f"{kind:<11} {began} → {ended}: {words}, {len(failures)} failures")
    note(
        Figure(f"{kind}: talks of a term's midnight lost or doubled", abs(len(acknowledged) - there)
               + abs(written - there), "", at_most=0),
        Figure(f"{kind}: notices of that night sent twice, tasks that failed", doubled + len(failures), "", at_most=0),
    )  # fmt: skip
    for failure in sorted(set(failures))[:5]:
        print(f"{'':<11} {failure}")
    return whole(f"{ended}") and well


def run(kind: str, address: str, pupils: int, room: Path) -> bool:
    os.environ |= {"DATABASE_URL": address, "VAR_DIR": str(room)}
    from city import Shape, at_day, build_city  # noqa: PLC0415 - the settings are known only now

    began = time.monotonic()
    with at_day():
        for _ in build_city(Shape(pupils, 1, 1)):
            pass
    print(f"{kind:<11} {pupils} pupils built in {time.monotonic() - began:.0f} s", flush=True)
    well = midnight(kind)
    return cut_off(kind) and well


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=3_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"], default="")
    parser.add_argument("--roll", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--whole", default="", help=argparse.SUPPRESS)
    parser.add_argument("--one", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.roll is not None or options.whole:
        set_up(Path(os.environ["VAR_DIR"]), keep_database=True, migrate=False)
        if options.whole:
            check_whole(options.whole)
        elif options.roll >= 0:
            roll(options.roll)
        else:
            # A rehearsal: nothing of it stays.
            from django.db import transaction  # noqa: PLC0415 - Django is set up only now

            with transaction.atomic():
                roll()
                transaction.set_rollback(True)
        return 0
    if options.one:
        set_up(Path(os.environ["VAR_DIR"]), keep_database=True)
        return 0 if run(options.one, os.environ["DATABASE_URL"], options.pupils, Path(os.environ["VAR_DIR"])) else 1
    failed = 0
    for kind in [options.only] if options.only else ["sqlite", "postgresql"]:
        with contextlib.ExitStack() as stack:
            room = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-rollover-"))
            address = f"sqlite:///{room}/db.sqlite3"
            if kind == "postgresql":
                address = f"{stack.enter_context(own_server())}/postgres"
            environment = os.environ | {"DATABASE_URL": address, "VAR_DIR": room}
            command = [sys.executable, __file__, "--one", kind, "--pupils", str(options.pupils)]
            failed += subprocess.run(command, env=environment).returncode != 0
    print("all as it must be" if not failed else "NOT as it must be")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
