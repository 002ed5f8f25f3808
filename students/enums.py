"""The fixed words of the pupil tables."""

from django.db import models


class Gender(models.TextChoices):
    """Gender 性别 as rosters give it."""

    MALE = "male", "男"
    FEMALE = "female", "女"
    UNKNOWN = "", "未填"


class EndReason(models.TextChoices):
    """Why an enrolment ended."""

    CLASS_CHANGE = "class_change", "转班"
    TRANSFER_OUT = "transfer_out", "转出"
    PROMOTED = "promoted", "升级"
    GRADUATED = "graduated", "毕业"
    NONE = "", "在读"
