"""Three queues, each with a worker of its own in production: printing holds no mail up, and mail no reminder."""

import re
from pathlib import Path

from jobs import registry
from jobs.imports import CHECK_KIND
from mentorship.celery import app

ROOT = Path(__file__).resolve().parents[2]


def queue_of(task: str) -> str:
    """Where a message for `task` goes."""
    return str(app.amqp.router.route({}, task)["queue"].name)


def test_papers_and_mails_have_queues_of_their_own_and_the_rest_shares_one() -> None:
    assert queue_of("jobs.run") == "papers"
    assert queue_of("notices.send_outbox") == "mail"
    assert {queue_of(task) for task in app.tasks if task not in {"jobs.run", "notices.send_outbox"}} == {"default"}


def test_a_roster_that_was_uploaded_waits_for_no_printing() -> None:
    """Seen: behind a whole school's record books its check waited for minutes."""
    kinds = registry._handlers.keys()
    assert {kind for kind in kinds if queue_of(registry.task_of(kind)) == "default"} == {CHECK_KIND}
    assert {queue_of(registry.task_of(kind)) for kind in kinds - {CHECK_KIND}} == {"papers"}


def test_a_worker_that_is_given_no_queue_takes_from_all() -> None:
    assert set(app.amqp.queues.consume_from) == {"default", "mail", "papers"}


def test_the_installation_starts_a_worker_for_each_queue() -> None:
    """A queue without a worker would fill for ever, and nothing would say so."""
    install = (ROOT / "script/install").read_text(encoding="utf-8")
    found = re.search(r"^queues=\(([a-z ]+)\)$", install, re.MULTILINE)
    assert found is not None
    assert set(found[1].split()) == set(app.amqp.queues)
