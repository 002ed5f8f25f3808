"""Application config of `schools`."""

from django.apps import AppConfig


class SchoolsConfig(AppConfig):
    name = "schools"
