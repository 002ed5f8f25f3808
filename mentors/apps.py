"""Application config of `mentors`."""

from django.apps import AppConfig


class MentorsConfig(AppConfig):
    name = "mentors"

    def ready(self) -> None:
        """Plug the imports of teachers and of the mentor matrix into `jobs`."""
        from jobs.enums import ImportKind  # noqa: PLC0415 - models are loaded only now
        from jobs.importers import register  # noqa: PLC0415 - as above
        from mentors.imports import plan_teachers, plan_teams  # noqa: PLC0415 - as above

        register(ImportKind.TEACHERS, plan_teachers)
        register(ImportKind.MENTORS, plan_teams)
