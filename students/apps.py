"""Application config of `students`."""

from django.apps import AppConfig


class StudentsConfig(AppConfig):
    name = "students"

    def ready(self) -> None:
        """Plug the import of pupil rosters into `jobs`."""
        from jobs.enums import ImportKind  # noqa: PLC0415 - models are loaded only now
        from jobs.importers import register  # noqa: PLC0415 - as above
        from students.imports import plan_students  # noqa: PLC0415 - as above

        register(ImportKind.STUDENTS, plan_students)
