"""Application config of `core`."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

from core.squashed import forget_squashes
from core.statistics import refresh_after_migrating


class CoreConfig(AppConfig):
    name = "core"

    def ready(self) -> None:
        """Have the tables counted and squashed migrations forgotten once all migrations are through."""
        # Sent for each app with models, which this one has not; for one of them is often enough.
        for receiver in (refresh_after_migrating, forget_squashes):
            post_migrate.connect(receiver, sender=apps.get_app_config("contenttypes"))
