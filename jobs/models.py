"""Background jobs with their items and result files, and the batches of roster imports.

The row is the job, the broker only wakes workers: what stands here survives a lost broker and a killed
worker.
"""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.models import User
from core.constraints import one_of
from jobs.enums import ImportKind, ImportState, ItemState, JobState
from jobs.querysets import (
    UNFINISHED,
    WRITTEN,
    ImportBatchQuerySet,
    JobItemQuerySet,
    JobQuerySet,
    ResultFileQuerySet,
)
from schools.models import School, SchoolYear
from schools.owned import SchoolOwned


class Job(models.Model):
    """A piece of work that takes longer than a breath: its items are done one by one by any worker.

    `params` and the items' payloads hold keys and settings only, never names or texts. `title` names no
    pupil.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.SlugField(max_length=40)
    title = models.CharField("任务", max_length=80)
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED)
    total = models.PositiveIntegerField("总数", default=0)
    done_count = models.PositiveIntegerField("已完成", default=0)
    failed_count = models.PositiveIntegerField("未完成", default=0)
    params = models.JSONField(default=dict, blank=True)
    message = models.CharField("说明", max_length=200, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField()
    # When workers were last woken, so that the sweeper does not flood a busy queue.
    woken_at = models.DateTimeField(null=True, blank=True)
    # The last step (ZIP, merged PDF) is claimed like an item.
    finish_claimed_at = models.DateTimeField(null=True, blank=True)
    finish_attempts = models.PositiveSmallIntegerField(default=0)
    finish_shortages = models.PositiveSmallIntegerField(default=0)
    finish_rests_until = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["school", "-created_at"], name="job_school_created"),
            models.Index(
                fields=["state"],
                condition=Q(state__in=UNFINISHED),
                name="job_unfinished",
            ),
        ]
        constraints: ClassVar = [
            one_of("state", JobState, name="job_state_known"),
            models.CheckConstraint(
                condition=Q(done_count__lte=F("total") - F("failed_count")),
                name="job_counts_within_total",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in UNFINISHED

    @property
    def settled_count(self) -> int:
        """Items that are done or given up."""
        return self.done_count + self.failed_count

    @property
    def percent(self) -> int:
        """Progress in whole per cent; 100 is kept for a job that is really done."""
        if self.state == JobState.DONE:
            return 100
        return min(99, self.settled_count * 100 // self.total) if self.total else 0


class JobItem(models.Model):
    """One unit of a job. `payload` holds keys only; `label` is what its list shows (a mentor, a class)."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    payload = models.JSONField(default=dict, blank=True)
    label = models.CharField(max_length=80, blank=True)
    state = models.CharField(max_length=10, choices=ItemState, default=ItemState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Machine word of the failure, and the sentence for the user.
    error = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=200, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    # How often the machine lacked something (space, memory, the database), and until when the item rests after that.
    shortages = models.PositiveSmallIntegerField(default=0)
    rests_until = models.DateTimeField(null=True, blank=True)

    objects = JobItemQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["position"]
        indexes: ClassVar = [models.Index(fields=["job", "state", "claimed_at"], name="jobitem_claim")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "position"], name="jobitem_position_once"),
            one_of("state", ItemState, name="jobitem_state_known"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} #{self.position}"


def result_path(result: "ResultFile", _name: str) -> str:
    """Where a result lies in the private storage: keys only, so that no path tells a name."""
    return f"jobs/{result.job_id}/{uuid.uuid4().hex}"


class ResultFile(models.Model):
    """A file that a job made: `final` ones are for the user, the others are parts for the job's last step."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, models.CASCADE, related_name="files")
    item = models.ForeignKey(JobItem, models.CASCADE, null=True, blank=True, related_name="files")
    # The human file name, with its folder in a ZIP: 五1班/张三-成长寄语.pdf.
    name = models.CharField("文件名", max_length=200)
    file = models.FileField(upload_to=result_path, max_length=120, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    content_type = models.CharField(max_length=100)
    sha256 = models.CharField(max_length=64)
    final = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    objects = ResultFileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["name", "created_at"]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="result_expires")]
        constraints: ClassVar = [
            # A second write of one item's or one job's result is refused by the database itself.
            models.UniqueConstraint(fields=["item", "name"], name="result_item_name_once"),
            models.UniqueConstraint(
                fields=["job", "name"],
                condition=Q(item=None),
                name="result_job_name_once",
            ),
        ]

    def __str__(self) -> str:
        return f"result {self.pk}"

    @property
    def download_name(self) -> str:
        """The name without its folder."""
        return self.name.rsplit("/", 1)[-1]


def kept_path(_kept: "KeptDocument", _name: str) -> str:
    """Where a kept document lies in the private storage."""
    return f"kept/{uuid.uuid4().hex}"


class KeptDocument(SchoolOwned):
    """A paper that was set once, by the digest of all that it shows (`core.pdf.Manuscript`), so that it need not be set
    again. It goes when nobody has asked for it in a while.
    """

    digest = models.CharField(max_length=64)
    file = models.FileField(upload_to=kept_path, max_length=120)
    used_on = models.DateField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["used_on"], name="kept_used_on")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "digest"], name="kept_digest_once"),
        ]

    def __str__(self) -> str:
        return f"kept document {self.pk}"


def import_path(_batch: "ImportBatch", _name: str) -> str:
    """Where an uploaded workbook lies in the private storage."""
    return f"imports/{uuid.uuid4().hex}"


class ImportBatch(SchoolOwned):
    """One uploaded roster: the preview and its confirmation are bound to this file, this school and this
    year.

    `basis` is the fingerprint of what the preview was computed against; a confirmation compares it again.
    """

    year = models.ForeignKey(SchoolYear, models.PROTECT, related_name="+")
    kind = models.CharField("名册", max_length=10, choices=ImportKind)
    state = models.CharField("状态", max_length=10, choices=ImportState)
    file = models.FileField(upload_to=import_path, max_length=120, blank=True)
    file_name = models.CharField("文件名", max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField(default=0)
    # What was read from the file, so that a confirmation need not parse it again; gone once the batch is over.
    parsed = models.FileField(upload_to=import_path, max_length=120, blank=True)
    parsed_sha256 = models.CharField(max_length=64, blank=True)
    options = models.JSONField(default=dict, blank=True)
    basis = models.CharField(max_length=64, blank=True)
    summary = models.JSONField(default=dict, blank=True)
    # At most a few hundred findings, folded; the counts stand in `summary`.
    findings = models.JSONField(default=list, blank=True)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    # A large file is checked in the background.
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["school", "-created_at"], name="import_school_created")]
        constraints: ClassVar = [
            one_of("kind", ImportKind, name="import_kind_known"),
            one_of("state", ImportState, name="import_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=WRITTEN, confirmed_at__isnull=False)
                | (~Q(state__in=WRITTEN) & Q(confirmed_at__isnull=True)),
                name="import_done_is_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(state=ImportState.UNDONE, undone_at__isnull=False)
                | (~Q(state=ImportState.UNDONE) & Q(undone_at__isnull=True)),
                name="import_undone_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} import {self.pk}"


class ImportChange(models.Model):
    """What a confirmed import did to one table, so that it can be undone; kept as long as the file is.

    `act`, `table`, `columns` and the packed `rows` are those of `core.journal.Entry`; `position` is the order of
    writing.
    """

    batch = models.ForeignKey(ImportBatch, models.CASCADE, related_name="journal")
    position = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=10)
    table = models.CharField(max_length=60)
    columns = models.JSONField(default=list)
    rows = models.BinaryField()

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "position"], name="import_change_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.table}"


class ColumnMapping(SchoolOwned):
    """What a school said once about a heading of its rosters: the field it means, or empty for "not stored".

    `header` is the heading's key (`core.workbooks.find_table`), or `=` and a class label; `field` is the importer's
    key, or the class as `grade-number`.
    """

    kind = models.CharField("名册", max_length=10, choices=ImportKind)
    header = models.CharField("表头", max_length=100)
    field = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "kind", "header"], name="column_mapping_once"),
            one_of("kind", ImportKind, name="column_mapping_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.header}"
