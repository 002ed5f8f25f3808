"""Application config of `mentorship`: it has no tables, only the demo command."""

from django.apps import AppConfig


class MentorshipConfig(AppConfig):
    name = "mentorship"
