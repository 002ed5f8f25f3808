"""The parts of the term report 学期报告, and what comes out at a term's end."""

from django.db import models


class ReportPart(models.TextChoices):
    """A part of the report, in the order of print. The first and the last hold the school's own words alone."""

    OVERALL = "overall", "总体情况"
    COVERAGE = "coverage", "导师与学生"
    ACTIONS = "actions", "规定动作"
    VISITS = "visits", "家访"
    TALKS = "talks", "谈心与家校沟通"
    LETTERS = "letters", "书面反馈"
    TRAINING = "training", "培训与研讨"
    CARE = "care", "重点关心"
    NEXT = "next", "问题与打算"

    @property
    def number(self) -> int:
        """Its place from 1, in addresses and the keys of drafts."""
        return list(ReportPart).index(self) + 1

    @classmethod
    def at(cls, number: int) -> "ReportPart | None":
        """The part with this number, if there is one."""
        return next((part for part in cls if part.number == number), None)


class Material(models.TextChoices):
    """One thing among 期末材料."""

    REPORT = "report", "学期报告"
    WORKBOOK = "workbook", "数据表"
    CLASSES = "classes", "班级学期小结"
    CERTIFICATES = "certificates", "导师工作证明"
    STAFF = "staff", "人事用表"

    @property
    def said(self) -> str:
        """What it is, for whoever chooses."""
        return _SAID[self]


_SAID = {
    Material.REPORT: "PDF 和 Word，不带姓名",
    Material.WORKBOOK: "Excel，报告里每个数字的出处，带学生姓名",
    Material.CLASSES: "每班一份，合成一个 PDF，带学生姓名",
    Material.CERTIFICATES: "每位导师一份，合成一个 PDF",
    Material.STAFF: "Excel，每位导师的学生数和完成情况，只列事实",
}
