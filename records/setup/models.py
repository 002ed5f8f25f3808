"""The plan as a document 方案全文 (一校一策): its versions, the leading group, the files beside it."""

from typing import ClassVar

from django.db import models

from accounts.models import User
from core.constraints import one_of
from records.setup.enums import GroupPlace
from records.setup.querysets import DocumentFileQuerySet, PlanDocumentQuerySet
from schools.owned import SchoolOwned


class PlanDocument(SchoolOwned):
    """One version of a school's texts (Wuhu plan 五(一); Guyi plan 一 to 四); it holds until the next one.

    Written only by `records.setup.services.plan_document`, and never changed. It holds words: the figures are those of
    the plan's rules, put in when it is read.
    """

    version = models.PositiveIntegerField("版本")
    # `DocumentPart` → text.
    parts = models.JSONField("正文", default=dict)
    saved_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField("保存时间")

    objects = PlanDocumentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["school", "version"], name="plandocument_version_once"),
        ]

    def __str__(self) -> str:
        return f"plan document of school {self.school_id}, version {self.version}"


class DocumentMember(SchoolOwned):
    """A person of the leading group 领导小组 as one version of the document names them, account or not."""

    document = models.ForeignKey(PlanDocument, models.CASCADE, related_name="members")
    position = models.PositiveSmallIntegerField()
    place = models.CharField("组内职务", max_length=6, choices=GroupPlace)
    name = models.CharField("姓名", max_length=60)
    office = models.CharField("职务", max_length=30, blank=True)
    duties = models.CharField("分工", max_length=200, blank=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["document", "position"], name="documentmember_position_once"),
            one_of("place", GroupPlace, name="documentmember_place_known"),
        ]

    def __str__(self) -> str:
        return f"member {self.position} of document {self.document_id}"


class DocumentFile(SchoolOwned):
    """A file beside the document, whatever its version; taken away it can be brought back for 30 days."""

    file = models.FileField(upload_to="plans/%Y/")
    name = models.CharField(max_length=100)
    content_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    added_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = DocumentFileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["added_at", "pk"]

    def __str__(self) -> str:
        return f"file {self.pk} of the plan of school {self.school_id}"
