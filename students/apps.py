"""Application config of `students`."""

from django.apps import AppConfig


class StudentsConfig(AppConfig):
    name = "students"

    def ready(self) -> None:
        """Plug import and export of pupil rosters into `jobs`."""
        from django.core.checks import Tags  # noqa: PLC0415 - as above
        from django.core.checks import register as watch  # noqa: PLC0415 - as above

        from core.watching import HOUSE  # noqa: PLC0415 - as above
        from jobs import exporters  # noqa: PLC0415 - models are loaded only now
        from jobs.enums import ImportKind  # noqa: PLC0415 - as above
        from jobs.importers import register  # noqa: PLC0415 - as above
        from students.imports import plan_students  # noqa: PLC0415 - as above
        from students.imports.export import export_students  # noqa: PLC0415 - as above
        from students.keywatch import check_paper_keys  # noqa: PLC0415 - as above

        watch(check_paper_keys, Tags.database, HOUSE)
        register(ImportKind.STUDENTS, plan_students)
        exporters.register(exporters.Shape("students", ImportKind.STUDENTS, "学生名册", export_students))
