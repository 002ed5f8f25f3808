"""Application config of `mentors`."""

from django.apps import AppConfig


class MentorsConfig(AppConfig):
    name = "mentors"

    def ready(self) -> None:
        """Plug the imports and exports of teachers and of the mentor matrix, and the badges, into `jobs`."""
        from jobs import exporters  # noqa: PLC0415 - models are loaded only now
        from jobs.enums import ImportKind  # noqa: PLC0415 - as above
        from jobs.importers import register, remark_on  # noqa: PLC0415 - as above
        from mentors.roster.imports import plan_mentors, plan_teachers  # noqa: PLC0415 - as above
        from mentors.roster.imports.export import export_pairs, export_teachers, export_teams  # noqa: PLC0415 - as above
        from mentors.roster.imports.moves import tell_kept_mentors  # noqa: PLC0415 - as above
        from mentors.staff.printing import register_jobs  # noqa: PLC0415 - as above

        register_jobs()
        register(ImportKind.TEACHERS, plan_teachers)
        register(ImportKind.MENTORS, plan_mentors)
        remark_on(ImportKind.STUDENTS, tell_kept_mentors)
        for shape in (
            exporters.Shape("teachers", ImportKind.TEACHERS, "教师名册", export_teachers),
            exporters.Shape("teams", ImportKind.MENTORS, "导师匹配表", export_teams),
            exporters.Shape("pairs", ImportKind.MENTORS, "师生结对名单", export_pairs),
        ):
            exporters.register(shape)
