"""Application config of `upkeep`."""

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    name = "upkeep"
