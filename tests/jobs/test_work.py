"""Items are done once, whatever happens to workers, messages and handlers."""

import datetime
import io
import threading
import uuid
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from django.db import connection, connections
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from accounts.models import AuditEntry
from core.clock import now
from core.errors import DomainError
from jobs import broker, registry, services, work
from jobs.enums import ItemState, JobState
from jobs.models import Job, JobItem, ResultFile
from jobs.registry import NewFile, NewItem, Outcome, Step
from jobs.services import cancel_job, create_job, remove_expired, sweep
from tests.jobs.conftest import Cast, papers

LONG_AGO = datetime.timedelta(hours=1)


def stored_paths(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_job_is_saved_with_its_items_and_wakes_workers_on_commit(
    cast: Cast, sent: list[tuple[str, int]], django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = papers(cast, 200)
        assert sent == []
    assert sent == [(str(job.pk), 4)]
    assert (job.state, job.total, job.title, job.school_id) == (JobState.QUEUED, 200, "全校成长寄语", cast.school.pk)
    assert list(job.items.values_list("position", flat=True)) == list(range(1, 201))
    assert AuditEntry.objects.get(verb="create_job").detail == {"job": str(job.pk), "kind": "papers", "items": 200}


def test_creating_a_job_takes_the_same_queries_for_1_and_80_items(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    actor = cast.actor
    # SQLite takes some 90 rows at a time.
    for count in (1, 80):
        items = [NewItem({"number": number}) for number in range(count)]
        with django_assert_num_queries(8):
            create_job(actor=actor, kind="papers", items=items)


def test_the_same_form_sent_twice_makes_one_job(cast: Cast) -> None:
    key = uuid.uuid4()
    first = create_job(actor=cast.actor, kind="papers", items=[NewItem({"number": 1})], job_id=key)
    again = create_job(actor=cast.actor, kind="papers", items=[NewItem({"number": 1})], job_id=key)
    assert first.pk == again.pk
    assert JobItem.objects.count() == 1


def test_a_run_does_every_item_packs_the_zip_and_removes_the_parts(cast: Cast, private_files: Path) -> None:
    job = papers(cast, 3)
    work.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done_count, job.failed_count, job.percent) == (JobState.DONE, 3, 0, 100)
    [result] = job.files.all()
    assert (result.name, result.final, result.content_type) == ("全校寄语.zip", True, "application/zip")
    with zipfile.ZipFile(io.BytesIO(result.file.read())) as archive:
        # Three children of one name in a class: none of them is lost.
        contents = {name: archive.read(name).decode() for name in archive.namelist()}
    assert contents == {
        "五1班/张三.pdf": "paper 0",
        "五1班/张三（2）.pdf": "paper 1",
        "五1班/张三（3）.pdf": "paper 2",
    }
    assert stored_paths(private_files) == [Path(result.file.path)]
    assert result.size == Path(result.file.path).stat().st_size


def test_no_stored_path_tells_a_name(cast: Cast, private_files: Path) -> None:
    job = papers(cast, 1)
    item = work.claim_item(job.pk)
    assert item is not None
    work.run_item(item)
    [path] = stored_paths(private_files)
    assert path.relative_to(private_files).as_posix().isascii()


def test_running_a_finished_job_again_changes_nothing(cast: Cast) -> None:
    job = papers(cast, 2)
    work.run_job(job.pk)
    before = list(ResultFile.objects.values_list("pk", flat=True))
    work.run_job(job.pk)
    assert list(ResultFile.objects.values_list("pk", flat=True)) == before
    assert list(JobItem.objects.values_list("attempts", flat=True)) == [1, 1]


def test_a_killed_workers_item_is_left_alone_until_its_claim_runs_out_then_done_by_another(cast: Cast) -> None:
    job = papers(cast, 1)
    killed = work.claim_item(job.pk)
    assert killed is not None
    assert work.claim_item(job.pk) is None
    JobItem.objects.update(claimed_at=now() - LONG_AGO)
    work.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done_count) == (JobState.DONE, 1)
    assert JobItem.objects.get().attempts == 2


def test_a_worker_that_comes_second_drops_what_it_made(cast: Cast, private_files: Path) -> None:
    job = papers(cast, 2)
    slow = work.claim_item(job.pk)
    assert slow is not None
    JobItem.objects.filter(pk=slow.pk).update(claimed_at=now() - LONG_AGO)
    fast = work.claim_item(job.pk)
    while fast is not None and fast.pk != slow.pk:
        fast = work.claim_item(job.pk)
    assert fast is not None
    work.run_item(fast)
    after_first = stored_paths(private_files)
    work.run_item(slow)
    assert stored_paths(private_files) == after_first
    assert ResultFile.objects.filter(item=slow).count() == 1
    job.refresh_from_db()
    assert job.done_count == 1


def test_an_item_that_kills_its_worker_each_time_is_given_up_with_a_sentence(cast: Cast) -> None:
    job = papers(cast, 2)
    poison = job.items.get(position=1)
    JobItem.objects.filter(pk=poison.pk).update(claimed_at=now() - LONG_AGO, attempts=work.MAX_ATTEMPTS)
    work.run_job(job.pk)
    poison.refresh_from_db()
    job.refresh_from_db()
    assert (poison.state, poison.error, poison.message) == (ItemState.FAILED, "interrupted", work.INTERRUPTED)
    assert (job.state, job.done_count, job.failed_count) == (JobState.DONE, 1, 1)
    assert job.message == "有 1 项没有完成，原因见下。"


def test_a_domain_error_fails_its_item_at_once_and_the_others_go_on(cast: Cast) -> None:
    def run(item: JobItem, /) -> None:
        if item.payload["number"] == 1:
            raise DomainError("no_letter", "这位同学还没有寄语。")

    registry.register("some_fail", title="试", run_item=run)
    job = create_job(actor=cast.actor, kind="some_fail", items=[NewItem({"number": n}) for n in range(3)])
    work.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done_count, job.failed_count) == (JobState.DONE, 2, 1)
    failed = job.items.get(state=ItemState.FAILED)
    assert (failed.attempts, failed.error, failed.message) == (1, "no_letter", "这位同学还没有寄语。")


def test_a_bug_is_tried_three_times_and_its_words_stay_out_of_the_log(
    cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    def run(item: JobItem, /) -> None:
        raise RuntimeError("张三 has no letter")

    registry.register("broken", title="试", run_item=run)
    job = create_job(actor=cast.actor, kind="broken", items=[NewItem({})])
    work.run_job(job.pk)
    job.refresh_from_db()
    item = job.items.get()
    assert (item.state, item.attempts, item.error, item.message) == (
        ItemState.FAILED,
        3,
        "RuntimeError",
        work.BROKEN,
    )
    assert (job.state, job.message) == (JobState.FAILED, work.ALL_FAILED)
    assert len(caplog.records) == 3
    assert "张三" not in caplog.text


def test_an_outcome_is_written_as_a_whole_or_not_at_all(cast: Cast, private_files: Path) -> None:
    def run(item: JobItem, /) -> Outcome:
        def write() -> None:
            AuditEntry.objects.create(verb="half", kind="change", target_type="x")
            raise DomainError("changed_meanwhile", "数据已经变化，请重新提交。")

        return Outcome(files=[NewFile("a.txt", b"a", "text/plain")], write=write)

    registry.register("half", title="试", run_item=run)
    job = create_job(actor=cast.actor, kind="half", items=[NewItem({})])
    work.run_job(job.pk)
    assert JobItem.objects.get().error == "changed_meanwhile"
    assert AuditEntry.objects.filter(verb="half").count() == 0
    assert ResultFile.objects.count() == 0
    assert stored_paths(private_files) == []


def test_a_last_step_that_fails_is_tried_again_and_then_given_up(cast: Cast) -> None:
    def finish(job: Job, step: Step, /) -> None:
        raise RuntimeError

    registry.register("unfinishable", title="试", run_item=lambda item, /: None, finish=finish)
    job = create_job(actor=cast.actor, kind="unfinishable", items=[NewItem({})])
    states = []
    for _ in range(3):
        work.run_job(job.pk)
        job.refresh_from_db()
        states.append(job.state)
    assert states == [JobState.RUNNING, JobState.RUNNING, JobState.FAILED]
    assert job.message == work.FINISH_BROKEN


def test_a_last_step_whose_worker_was_killed_is_run_by_another(cast: Cast) -> None:
    job = papers(cast, 1)
    item = work.claim_item(job.pk)
    assert item is not None
    work.run_item(item)
    Job.objects.update(finish_claimed_at=now())
    work.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    Job.objects.update(finish_claimed_at=now() - LONG_AGO)
    work.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_job_without_items_only_runs_its_last_step(cast: Cast) -> None:
    def finish(job: Job, step: Step, /) -> Outcome:
        return Outcome(files=[NewFile("册.pdf", b"%PDF", "application/pdf", final=True)], message="共 1 份。")

    registry.register("one_file", title="试", run_item=lambda item, /: None, finish=finish)
    job = create_job(actor=cast.actor, kind="one_file", items=[])
    work.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.DONE, "共 1 份。")
    assert [f.name for f in job.files.all()] == ["册.pdf"]


def test_a_cancelled_job_drops_what_is_being_made_and_what_was_made(
    cast: Cast, private_files: Path, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    job = papers(cast, 3)
    done, running = work.claim_item(job.pk), work.claim_item(job.pk)
    assert done is not None
    assert running is not None
    work.run_item(done)
    with django_capture_on_commit_callbacks(execute=True):
        cancel_job(actor=cast.actor, job=job)
    work.run_item(running)
    work.run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done_count) == (JobState.CANCELLED, 1)
    assert ResultFile.objects.count() == 0
    assert stored_paths(private_files) == []
    with pytest.raises(DomainError) as refused:
        cancel_job(actor=cast.actor, job=job)
    assert refused.value.code == "already_finished"


def test_a_turn_ends_after_its_time_and_hands_on_to_a_new_message(
    cast: Cast, sent: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "TURN_SECONDS", -1.0)
    job = papers(cast, 3)
    work.run_job(job.pk)
    job.refresh_from_db()
    assert job.done_count == 1
    assert sent == [(str(job.pk), 1)]


def test_a_turn_goes_on_when_the_broker_takes_no_message(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "TURN_SECONDS", -1.0)
    monkeypatch.setattr(broker, "send", lambda *args, **kwargs: False)
    job = papers(cast, 3)
    work.run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.DONE


# --- The sweeper ------------------------------------------------------------------------------------------------
def test_the_sweeper_wakes_for_a_message_that_was_never_sent(cast: Cast, sent: list[tuple[str, int]]) -> None:
    job = papers(cast, 2)
    assert sweep() == 1
    assert sent == [(str(job.pk), 2)]
    # Just woken: the message may still be in the queue.
    assert sweep() == 0
    Job.objects.update(woken_at=now() - LONG_AGO)
    assert sweep() == 1


def test_the_sweeper_leaves_a_job_to_a_live_worker_and_takes_it_from_a_dead_one(
    cast: Cast, sent: list[tuple[str, int]]
) -> None:
    job = papers(cast, 2)
    work.claim_item(job.pk)
    assert sweep() == 0
    JobItem.objects.filter(claimed_at__isnull=False).update(claimed_at=now() - LONG_AGO)
    assert sweep() == 1
    assert sent == [(str(job.pk), 2)]


def test_the_sweeper_wakes_for_a_last_step_that_nobody_ran(cast: Cast, sent: list[tuple[str, int]]) -> None:
    job = papers(cast, 1)
    item = work.claim_item(job.pk)
    assert item is not None
    work.run_item(item)
    assert sweep() == 1
    assert sent == [(str(job.pk), 1)]
    work.run_job(job.pk)
    Job.objects.update(woken_at=None)
    assert sweep() == 0


def test_the_sweeper_takes_one_query_for_1_and_3_jobs_that_are_at_work(
    cast: Cast, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):
        for _ in range(2):
            job = papers(cast, 1)
            work.claim_item(job.pk)
        with django_assert_num_queries(1):
            assert sweep() == 0


# --- Expiry -----------------------------------------------------------------------------------------------------
def test_expired_files_go_and_their_rows_stay(cast: Cast, private_files: Path) -> None:
    job = papers(cast, 1)
    work.run_job(job.pk)
    assert remove_expired() == 0
    ResultFile.objects.update(expires_at=now() - LONG_AGO)
    assert remove_expired() == 1
    assert stored_paths(private_files) == []
    assert ResultFile.objects.get().file.name == ""


def test_files_that_no_row_names_go_once_their_job_is_over(cast: Cast, private_files: Path) -> None:
    job = papers(cast, 1)
    orphan = private_files / "jobs" / str(job.pk) / "0123"
    orphan.parent.mkdir(parents=True)
    orphan.write_bytes(b"left by a killed worker")
    assert remove_expired() == 0
    work.run_job(job.pk)
    assert remove_expired() == 1
    assert stored_paths(private_files) == [Path(ResultFile.objects.get().file.path)]


def test_a_job_that_never_ran_ends_with_a_sentence_and_is_forgotten_in_time(cast: Cast) -> None:
    job = papers(cast, 1)
    Job.objects.update(expires_at=now() - LONG_AGO)
    remove_expired()
    job.refresh_from_db()
    assert (job.state, job.message) == (JobState.FAILED, "任务长时间没有完成，已停止。请重新提交。")
    Job.objects.update(expires_at=now() - datetime.timedelta(days=services.JOB_DAYS + 1))
    remove_expired()
    assert Job.objects.count() == 0


# --- Several workers --------------------------------------------------------------------------------------------
@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_four_workers_do_forty_items_once_each_and_finish_once(cast: Cast) -> None:
    ran: Counter[int] = Counter()
    finished: list[uuid.UUID] = []

    def run(item: JobItem, /) -> Outcome:
        ran[item.payload["number"]] += 1
        return Outcome(files=[NewFile("a.txt", b"a", "text/plain")])

    def finish(job: Job, step: Step, /) -> None:
        finished.append(job.pk)

    registry.register("counted", title="试", run_item=run, finish=finish)
    job = create_job(actor=cast.actor, kind="counted", items=[NewItem({"number": n}) for n in range(40)])
    start = threading.Barrier(4)
    errors: list[Exception] = []

    def worker() -> None:
        try:
            start.wait()
            work.run_job(job.pk)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    job.refresh_from_db()
    assert errors == []
    assert ran == Counter(range(40))
    assert finished == [job.pk]
    assert (job.state, job.done_count, job.failed_count) == (JobState.DONE, 40, 0)


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_workers_that_hold_the_same_item_write_it_once(cast: Cast) -> None:
    together = threading.Barrier(2)

    def run(item: JobItem, /) -> Outcome:
        together.wait(30)
        return Outcome(write=lambda: AuditEntry.objects.create(verb="wrote", kind="change", target_type="x"))

    registry.register("meeting", title="试", run_item=run)
    job = create_job(actor=cast.actor, kind="meeting", items=[NewItem({})])
    claims = []
    for _ in range(2):
        JobItem.objects.update(claimed_at=None)
        claims.append(work.claim_item(job.pk))

    def worker(item: JobItem) -> None:
        work.run_item(item)
        connections.close_all()

    threads = [threading.Thread(target=worker, args=[item]) for item in claims]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    job.refresh_from_db()
    assert AuditEntry.objects.filter(verb="wrote").count() == 1
    assert job.done_count == 1


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_handler_computes(cast: Cast) -> None:
    open_transactions: list[bool] = []

    def run(item: JobItem, /) -> None:
        open_transactions.append(connection.in_atomic_block)

    def finish(job: Job, step: Step, /) -> None:
        open_transactions.append(connection.in_atomic_block)

    registry.register("watched", title="试", run_item=run, finish=finish)
    job = create_job(actor=cast.actor, kind="watched", items=[NewItem({})])
    work.run_job(job.pk)
    assert open_transactions == [False, False]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_long_item_keeps_its_claim(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "BEAT_SECONDS", 0.05)
    renewed: list[bool] = []

    def run(item: JobItem, /) -> None:
        first = item.claimed_at
        for _ in range(100):
            threading.Event().wait(0.05)
            if JobItem.objects.get(pk=item.pk).claimed_at != first:
                renewed.append(True)
                return

    registry.register("long", title="试", run_item=run)
    job = create_job(actor=cast.actor, kind="long", items=[NewItem({})])
    work.run_job(job.pk)
    assert renewed == [True]


def test_file_names_can_be_unpacked_everywhere() -> None:
    assert registry.file_name("五1班", "张/三:成长?寄语.pdf") == "五1班/张_三_成长_寄语.pdf"
    assert registry.file_name("..", "a.pdf") == "_/a.pdf"
    assert registry.file_name("长" * 100 + ".pdf") == "长" * 56 + ".pdf"


def test_a_kind_is_registered_once() -> None:
    registry.register("once", title="试", run_item=lambda item, /: None)
    with pytest.raises(ValueError, match="registered twice"):
        registry.register("once", title="又", run_item=lambda item, /: None)
