"""Application config of `upkeep`."""

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    name = "upkeep"

    def ready(self) -> None:
        """Make the product's own checks known."""
        from upkeep.selfcheck import register_all  # noqa: PLC0415 - models are loaded only now

        register_all()
