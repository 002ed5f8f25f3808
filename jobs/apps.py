"""Application config of `jobs`."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "jobs"

    def ready(self) -> None:
        """Make the background check of large rosters known."""
        from jobs import checking  # noqa: PLC0415 - models are loaded only now

        checking.register()
