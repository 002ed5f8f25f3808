"""Application config of `mentors`."""

from django.apps import AppConfig


class MentorsConfig(AppConfig):
    name = "mentors"
