"""The table of what a school's papers say and look like, whose words and defaults are those of papers alone."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.colours import BAMBOO
from schools.contexts import PaperWords
from schools.enums import Design
from schools.owned import SchoolOwned

#: What papers say where a school says nothing of its own.
WORDS = PaperWords()


class PaperSettings(SchoolOwned):
    """How a school's papers look and speak; a school without a row has the defaults of `schools.contexts.PaperWords`.

    The book's title stands on the school, since the mentors' home page shows it too; the letter's name in the plan.
    """

    school = models.OneToOneField("schools.School", models.PROTECT, related_name="paper_settings")
    # A PNG or JPEG without the camera's data, in the private storage.
    logo = models.FileField("校徽", upload_to="logos/%Y/", max_length=120, blank=True)
    colour = models.CharField("主色", max_length=7, default=BAMBOO)
    book_subtitle = models.CharField("记录本副标题", max_length=20, default=WORDS.book_subtitle)
    salutation = models.CharField("称呼", max_length=30, default=WORDS.salutation)
    closing = models.CharField("落款前的一句话", max_length=30, blank=True)
    card_title = models.CharField("激励卡标题", max_length=20, default=WORDS.card_title)
    card_motto = models.CharField("激励卡上的一句话", max_length=30, blank=True, default=WORDS.card_motto)
    tree_hole_title = models.CharField("树洞卡标题", max_length=20, default=WORDS.tree_hole_title)
    tree_hole_intro = models.CharField("树洞卡说明", max_length=60, blank=True, default=WORDS.tree_hole_intro)
    slip_note = models.CharField("凭条上的一句话", max_length=40, blank=True, default=WORDS.slip_note)
    appointment_title = models.CharField("聘书标题", max_length=20, default=WORDS.appointment_title)
    appointment = models.TextField("聘书正文", max_length=300, default=WORDS.appointment)
    signed_by_hand = models.BooleanField("导师手写签名", default=False)
    family_code = models.BooleanField("寄语上印家长页二维码", default=False)
    # Empty: by the pupil's grade.
    design = models.CharField("版式", max_length=10, choices=Design, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(design__in=["", *Design.values]), name="paper_design_known"),
            models.CheckConstraint(condition=Q(colour__regex=r"^#[0-9a-f]{6}$"), name="paper_colour_is_one"),
        ]

    def __str__(self) -> str:
        return f"papers of school {self.school_id}"
