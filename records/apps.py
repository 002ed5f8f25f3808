"""Application config of `records`."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        """Plug the printing of all papers into `jobs`."""
        from records.printing import register_jobs  # noqa: PLC0415 - models are loaded only now

        register_jobs()
