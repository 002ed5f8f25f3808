"""Application config of `upkeep`."""

from django.apps import AppConfig
from django.conf import settings


class UpkeepConfig(AppConfig):
    name = "upkeep"

    def ready(self) -> None:
        """Make the product's own checks known; report errors where that is set."""
        from upkeep.selfcheck import register_all  # noqa: PLC0415 - models are loaded only now

        register_all()
        if settings.SENTRY_DSN:
            from upkeep.errors import report_errors  # noqa: PLC0415 - its library takes memory

            report_errors(settings.SENTRY_DSN)
