"""The parts of a plan as a document, and the places in the group that leads it."""

from django.db.models import TextChoices


class DocumentPart(TextChoices):
    """The parts of a school's plan in the order of print: what Wuhu plan 五(一) names, after Guyi's 指导思想."""

    GUIDING = "guiding", "指导思想"
    GOALS = "goals", "工作目标"
    ORGANISATION = "organisation", "组织架构"
    MATCHING = "matching", "匹配机制"
    DUTIES = "duties", "职责任务"
    REQUIREMENTS = "requirements", "工作要求"
    TRAINING = "training", "研训制度"
    SUPPORT = "support", "激励保障"


class GroupPlace(TextChoices):
    """Place in the leading group 领导小组、工作小组 (Guyi plan 三; Wuhu plan 六(一))."""

    HEAD = "head", "组长"
    DEPUTY = "deputy", "副组长"
    MEMBER = "member", "组员"
