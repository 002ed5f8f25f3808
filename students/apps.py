"""Application config of `students`."""

from django.apps import AppConfig


class StudentsConfig(AppConfig):
    name = "students"
