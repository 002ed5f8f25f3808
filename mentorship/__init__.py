"""Settings, URLs, Celery and wsgi of the project; nobody imports it."""

from mentorship.celery import app as celery_app

__all__ = ["celery_app"]
