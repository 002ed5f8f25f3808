"""Figures for Prometheus. Imported where `METRICS_TOKEN` is set alone, for its library takes memory.

Requests are counted in each process (in files that gunicorn's processes share: gunicorn.conf.py), what stands in the
database is asked when somebody asks. Labels are names of pages, tasks and states: nobody's key, name or address.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from core.clock import now
from core.logs import page_of
from upkeep.enums import PulseKind, Standing
from upkeep.health import examine
from upkeep.queries import last_backup
from upkeep.queries.pulses import last_sweep, pulses, workers_seen
from upkeep.queries.work import Work, work_of
from upkeep.version import product_version

SHARED: Final = "PROMETHEUS_MULTIPROC_DIR"
_own = CollectorRegistry()
REQUESTS: Final = Counter("mentorship_requests", "Requests answered", ["page", "method", "status"], registry=_own)
SECONDS: Final = Histogram(
    "mentorship_request_seconds",
    "How long answers took",
    ["page"],
    buckets=(0.03, 0.1, 0.3, 1, 3, 10),
    registry=_own,
)
_KNOWN_METHODS: Final = frozenset({"GET", "HEAD", "POST", "OPTIONS"})


def count(request: HttpRequest, response: HttpResponse, seconds: float) -> None:
    """One request was answered."""
    page = page_of(request)
    method = request.method if request.method in _KNOWN_METHODS else "other"
    REQUESTS.labels(page, method, response.status_code).inc()
    SECONDS.labels(page).observe(seconds)


def figures() -> bytes:
    """All figures in Prometheus' text format."""
    counted = CollectorRegistry()
    if SHARED in os.environ:
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    else:
        counted = _own
    asked = CollectorRegistry()
    asked.register(_House())
    return generate_latest(counted) + generate_latest(asked)


class _House(Collector):
    """How the product stands now. Without an answer of the database its figures are missing, not zero."""

    def collect(self) -> Iterable[Metric]:
        yield InfoMetricFamily("mentorship_product", "What runs", value={"version": product_version()})
        parts = GaugeMetricFamily("mentorship_part_ok", "1 where a part works (/readyz)", labels=["part"])
        standings = examine()
        for part, standing in standings.items():
            parts.add_metric([part], float(standing in (Standing.OK, Standing.WARNING)))
        yield parts
        free = shutil.disk_usage(Path(settings.VAR_DIR)).free
        yield GaugeMetricFamily("mentorship_disk_free_bytes", "Room under VAR_DIR", value=free)
        if standings.get("database") == Standing.OK:
            yield from _from_database()


def _from_database() -> Iterator[Metric]:
    moment = now()
    found = pulses()
    yield GaugeMetricFamily("mentorship_workers", "Workers seen lately", value=len(workers_seen(found, moment)))
    failures = GaugeMetricFamily("mentorship_task_failures", "How often in a row a task failed", labels=["task"])
    for pulse in found:
        if pulse.kind == PulseKind.TASK:
            failures.add_metric([pulse.name], pulse.failures)
    yield failures
    work = work_of(None, moment)
    ages = {
        "mentorship_sweep_age_seconds": last_sweep(found),
        "mentorship_backup_age_seconds": last_backup().at,
        "mentorship_oldest_job_seconds": work.jobs.oldest,
        "mentorship_oldest_message_seconds": work.messages.oldest,
    }
    for name, at in ages.items():
        if at is not None:
            yield GaugeMetricFamily(name, "Seconds since then", value=(moment - at).total_seconds())
    yield from _counts(work)


def _counts(work: Work) -> Iterator[Metric]:
    for name, counts in (("mentorship_jobs", work.jobs), ("mentorship_messages", work.messages)):
        family = GaugeMetricFamily(name, "How many of the last 30 days", labels=["state"])
        for state in ("waiting", "failed", "partly"):
            family.add_metric([state], getattr(counts, state))
        yield family
