"""Application config of `records`."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"
