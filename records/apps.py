"""Application config of `records`."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "records"

    def ready(self) -> None:
        """Plug the printing of all papers into `jobs`; load what registers the kinds of records."""
        from jobs import exporters  # noqa: PLC0415 - models are loaded only now
        from jobs.enums import ImportKind  # noqa: PLC0415 - as above
        from jobs.importers import register  # noqa: PLC0415 - as above
        from records.care.services import referrals, tree_hole  # noqa: PLC0415 F401 - as above
        from records.desk.imports import plan_done  # noqa: PLC0415 - as above
        from records.desk.imports.export import export_done  # noqa: PLC0415 - as above
        from records.desk.services import notes  # noqa: PLC0415 F401 - as above
        from records.guides import printing as guides  # noqa: PLC0415 - as above
        from records.guides.samples import SAMPLE  # noqa: PLC0415 - as above
        from records.letters.imports import plan_letters  # noqa: PLC0415 - as above
        from records.letters.imports.export import export_letters  # noqa: PLC0415 - as above
        from records.letters.services import writing  # noqa: PLC0415 F401 - as above
        from records.papers import printing as papers  # noqa: PLC0415 - as above
        from records.papers.samples import add_sample  # noqa: PLC0415 - as above
        from records.settling import printing as settling  # noqa: PLC0415 - as above
        from records.settling import services as words  # noqa: PLC0415 F401 - as above
        from records.setup.services import plan_document  # noqa: PLC0415 F401 - as above

        papers.register_jobs()
        guides.register_jobs()
        settling.register_jobs()
        add_sample(SAMPLE)
        register(ImportKind.DONE, plan_done)
        exporters.register(exporters.Shape("done", ImportKind.DONE, "本学期已完成", export_done, lists_pupils=True))
        register(ImportKind.LETTERS, plan_letters)
        shape = exporters.Shape("letters", ImportKind.LETTERS, "已发寄语", export_letters, lists_pupils=True)
        exporters.register(shape)
